"""Notifications, as apps ask for them."""
