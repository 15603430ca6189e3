"""Years of hubs, simulated: what they emit is read as that of real ones is, and looked at as the job looks."""
