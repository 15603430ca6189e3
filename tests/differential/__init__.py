"""Crosshub's answers compared with those of one Prometheus that holds everything."""
