"""How far an experience has been told, and what would be worth adding next."""

from dataclasses import dataclass
from typing import Final, Literal

from objects.experiences.checking import REQUIRED
from objects.experiences.fields import Experience

Length = Literal["éclair", "standard", "capitalisation"]

RECOMMENDED: Final = (
    "indicators", "tools", "duration", "starts", "success_factors", "transferability", "themes",
    "territory", "means", "partners",
)  # fmt: skip
OPTIONAL: Final = (
    "public_number", "rhythm", "funder", "transferability_conditions", "next_steps",
    "accessibility",
)  # fmt: skip
# A standard account leaves at most this many of the recommended fields open.
STANDARD_GAPS: Final = 4
_WEIGHTS: Final = {**dict.fromkeys(REQUIRED, 6), "caveats": 6}
_MORE: Final = {**dict.fromkeys(RECOMMENDED, 3), **dict.fromkeys(OPTIONAL, 1)}


@dataclass(frozen=True, slots=True)
class Completeness:
    """Percent of what could be told, what is missing (most useful first), which length it has.

    `length` is None while required fields are empty.
    """

    percent: int
    missing: tuple[str, ...]
    length: Length | None


def completeness(experience: Experience) -> Completeness:
    """How complete an experience is; required fields weigh most, optional ones least."""
    weights = _WEIGHTS | _MORE
    missing = tuple(name for name in weights if not _told(experience, name))
    total = sum(weights.values())
    percent = round(100 * (total - sum(weights[name] for name in missing)) / total)
    return Completeness(percent, missing, _length(missing))


def _told(experience: Experience, name: str) -> bool:
    value = getattr(experience, name)
    if name == "caveats":
        return bool(value.strip()) or experience.no_caveats
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != ()


def _length(missing: tuple[str, ...]) -> Length | None:
    if any(name in _WEIGHTS for name in missing):
        return None
    if not missing:
        return "capitalisation"
    gaps = sum(name in RECOMMENDED for name in missing)
    return "standard" if gaps <= STANDARD_GAPS else "éclair"
