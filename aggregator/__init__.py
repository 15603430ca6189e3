"""Crosshub: one Prometheus, one Grafana and one weekly mail out of many JupyterHub clusters."""
