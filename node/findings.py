"""What a doctor finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: good or not, what was seen, what to do when it is not."""

    name: str
    good: bool
    text: str
    remedy: str = ""
