"""Numbers about hubs for hours, local days, weeks and months, kept for years."""
