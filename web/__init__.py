"""Pages for people: what visitors read without an account."""
