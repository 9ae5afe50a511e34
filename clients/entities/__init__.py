"""What apps are given, in the shapes of Mastodon's documentation."""
