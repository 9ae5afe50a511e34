"""Tests of experiences."""
