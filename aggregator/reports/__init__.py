"""What people are told about a period of their hubs: decided as numbers, then said as text, HTML, pictures and CSV."""
