"""Real Prometheus servers with made-up hubs, for trying Crosshub and for its tests."""
