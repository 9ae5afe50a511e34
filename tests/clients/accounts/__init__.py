"""Accounts and relationships, as apps ask for them."""
