"""Project spaces over several servers."""
