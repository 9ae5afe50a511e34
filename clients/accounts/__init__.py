"""Accounts and how people stand to each other."""
