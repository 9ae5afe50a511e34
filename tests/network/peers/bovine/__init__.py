"""A server made of bovine-herd: it signs with draft-cavage only."""
