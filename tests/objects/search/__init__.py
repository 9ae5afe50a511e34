"""Tests of finding experiences."""
