"""What is due, once: calendars, and slots that one of any number of replicas claims."""
