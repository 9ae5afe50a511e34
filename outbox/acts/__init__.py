"""What a local actor does: each act changes our data and publishes in one transaction."""
