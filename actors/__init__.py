"""Who: organisations, persons, the node itself, here and on other servers."""
