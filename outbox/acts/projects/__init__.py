"""What members do with projects, here and on other servers."""
