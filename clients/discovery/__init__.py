"""Directory, suggestions, trends."""
