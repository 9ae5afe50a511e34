"""statuses in apps."""
