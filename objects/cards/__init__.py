"""Previews of what posts link to."""
