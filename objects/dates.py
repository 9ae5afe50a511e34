"""Days as people write them."""

from datetime import date
from typing import Literal


def written(day: date, language: str, width: Literal["long", "full"] = "long") -> str:
    """`23 novembre 2026`, full `lundi 23 novembre 2026`; in French the first is `1er`.

    The tables of Unicode (CLDR) leave the ordinal out.
    """
    from babel.dates import format_date  # slow to import, and rarely wanted

    said = str(format_date(day, width, locale=language))
    if language == "fr" and day.day == 1:
        return said.replace("1 ", "1er ", 1)
    return said
