"""Asking clusters: wire format, client, fan-out, breaker, splicing answers."""
