"""The Prometheus HTTP API, Crosshub's own API, and errors turned into status codes."""
