"""Tests of clients/discovery."""
