"""Access: who is meant to log in to a hub, who does, and what is found that contradicts it; writes events."""
