"""What members do not want to see."""
