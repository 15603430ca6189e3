"""How fast answers are: against physics, against the union, and against a central Prometheus with remote_read."""
