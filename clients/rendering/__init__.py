"""Rows of the database as entities, many at once, with a constant number of queries."""
