"""The test fleet: four clusters full of nasty data, and one Prometheus that holds them all."""
