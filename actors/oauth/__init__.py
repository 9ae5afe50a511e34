"""OAuth 2 (RFC 6749): apps, what members let them do, and the tokens that come of it."""
