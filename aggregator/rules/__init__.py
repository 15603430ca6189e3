"""Rules and outages: what is true of hubs, since when, and what was seen of it; writes events."""
