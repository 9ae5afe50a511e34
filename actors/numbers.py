"""The numbers by which France knows an organisation, as they are checked and written."""

import re
from typing import Final

SIRET_DIGITS: Final = 14
NDA_DIGITS: Final = 11
# The post office's establishments have a rule of their own.
LA_POSTE: Final = "356000000"


def bare(text: str) -> str:
    """A number without the blanks, points and dashes that people write in it."""
    return re.sub(r"[\s.\-\u202f\u00a0]", "", text)


def is_siret(text: str) -> bool:
    """Whether a text is a SIRET: fourteen digits with the right check digit."""
    digits = bare(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) == SIRET_DIGITS):
        return False
    if digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0:
        return True
    doubled = (int(c) * (2 - i % 2) for i, c in enumerate(digits))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def is_nda(text: str) -> bool:
    """Whether a text is a declaration-of-activity number of a training organisation."""
    digits = bare(text)
    return digits.isascii() and digits.isdigit() and len(digits) == NDA_DIGITS


def siret_written(text: str) -> str:
    """`123 456 789 00012`."""
    digits = bare(text)
    return " ".join((digits[:3], digits[3:6], digits[6:9], digits[9:])).strip()


def nda_written(text: str) -> str:
    """`28 14 03456 14`: region, department, order, key."""
    digits = bare(text)
    return " ".join((digits[:2], digits[2:4], digits[4:9], digits[9:])).strip()
