"""Signing in with apps."""
