"""A whole project space as one file, to keep, to read without the software, or to move."""
