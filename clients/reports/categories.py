"""How kinds of reports are called here and in apps."""

from typing import Final

from actors.reporting import Category
from federation.errors import Refused

MEANT: Final[dict[str, Category]] = {
    "spam": "spam",
    "legal": "illegal",
    "violation": "violation",
    "other": "other",
}
SHOWN: Final = {"spam": "spam", "illegal": "legal", "rights": "legal", "violation": "violation"}


def meant(category: str) -> Category:
    """What an app's word means here; raises `Refused` 422 for an unknown one."""
    found = MEANT.get(category)
    if found is None:
        detail = "Validation failed: Category is not included in the list"
        raise Refused(422, "no-category", detail)
    return found


def shown(category: str) -> str:
    """What apps call a kind of ours."""
    return SHOWN.get(category, "other")
