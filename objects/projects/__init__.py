"""Project spaces: what they say of themselves, who belongs to them, what they hold."""
