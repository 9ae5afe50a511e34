"""Tests of clients/tags."""
