"""Events as they happen."""
