"""What goes out: builders, publishing, fan-out, delivery, and the outbox as a door."""
