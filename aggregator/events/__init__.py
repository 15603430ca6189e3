"""Alerts as they stand and every change they went through: written by rules and access, read by notify."""
