"""Tests of clients/lists."""
