"""Which part of a query is computed where. Pure."""
