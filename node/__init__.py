"""Putting it together: application, workers, command line, health, backup, demo network."""
