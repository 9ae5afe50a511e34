"""Tests of the API for apps."""
