"""Tests of clients/timelines."""
