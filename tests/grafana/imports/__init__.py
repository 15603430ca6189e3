"""Dashboards in the shapes of others': before and after `crosshub grafana import`, and what it reports."""
