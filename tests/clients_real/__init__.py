"""Client libraries of others that walk through the API of running nodes."""
