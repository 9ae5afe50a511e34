"""Measured performance: `python -m bench` prints one table beside the targets."""
