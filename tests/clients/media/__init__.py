"""media in apps."""
