"""Grafana reads Crosshub: dashboards as values, drawn as JSON, and the files that a Grafana is provisioned with."""
