"""Servers and clients that others wrote, run as processes beside our nodes."""
