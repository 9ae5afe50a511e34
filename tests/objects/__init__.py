"""Tests of the objects room."""
