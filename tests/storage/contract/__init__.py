"""What both databases promise: every test here runs on SQLite and on PostgreSQL."""
