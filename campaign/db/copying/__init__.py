"""Copy all rows of an SQLite database to PostgreSQL."""
