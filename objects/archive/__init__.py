"""Everything of one member as one file, to keep or to take to another node."""
