"""OAuth 2: tokens of apps."""
