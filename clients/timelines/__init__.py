"""Timelines, conversations, markers."""
