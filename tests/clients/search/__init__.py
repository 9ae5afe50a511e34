"""Tests of clients/search."""
