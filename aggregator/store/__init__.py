"""What is kept: the database, its tables, and how they change from one version to the next."""
