"""Texts that apps show to members, in the member's language."""

from collections.abc import Callable

Translate = Callable[[str], Callable[[str], str]]
"""A language gives the function that translates texts into it."""


def mark(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text
