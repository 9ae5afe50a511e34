"""Pages for members: reading, answering, following, settings, writing."""
