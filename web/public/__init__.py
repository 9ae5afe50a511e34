"""What everybody may read, without an account, cookies or scripts."""
