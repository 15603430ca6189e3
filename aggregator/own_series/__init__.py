"""What Crosshub knows besides, as series of PromQL: alerts and their history, hubs as declared, its own numbers."""
