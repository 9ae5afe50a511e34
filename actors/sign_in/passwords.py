"""Which passwords are good enough to be chosen."""

from functools import cache
from pathlib import Path
from typing import Final, Literal

MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 1_000
# What guessers try first, beside the names that belong to the account.
COMMON: Final = Path(__file__).with_name("common_passwords.txt")
FEWEST_SIGNS: Final = 4

Weakness = Literal["", "short", "long", "known", "name"]


def weakness(password: str, *names: str) -> Weakness:
    """What is wrong with a new password; empty when nothing is.

    `names`: words that belong to the account (name, mail address), which guessers try first.
    """
    if len(password) < MIN_PASSWORD:
        return "short"
    if len(password) > MAX_PASSWORD:
        return "long"
    bare = password.lower().strip()
    if bare in _common() or len(set(bare)) < FEWEST_SIGNS:
        return "known"
    parts = {name.lower().strip() for name in names if name.strip()}
    parts |= {part.partition("@")[0] for part in parts}
    if any(bare.rstrip("0123456789!?.*") == part.rstrip("0123456789!?.*") for part in parts):
        return "name"
    return ""


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())
