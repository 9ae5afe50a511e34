"""Filters, as apps ask for them."""
