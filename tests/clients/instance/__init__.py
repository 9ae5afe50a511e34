"""Tests of what a node says of itself."""
