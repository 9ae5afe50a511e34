"""Hashtags that are followed and featured."""
