"""What members do with events, here and on other servers."""
