"""Experiences: what was tried in training, with which means and results."""
