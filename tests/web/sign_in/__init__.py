"""The pages of signing in and joining."""
