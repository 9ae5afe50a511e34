"""What an import reads, and what it says about it: nothing is left out in silence."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal

from objects.experiences.fields import Experience

Kind = Literal["csv", "yeswiki", "wordpress", "markdown"]
KINDS: Final[tuple[Kind, ...]] = ("csv", "yeswiki", "wordpress", "markdown")
State = Literal["published", "draft", "known", "refused"]

MAX_ITEMS: Final = 5_000
MAX_PROBLEMS: Final = 100
MAX_SHOWN: Final = 200


class BadSource(ValueError):
    """A file that cannot be imported at all; `code` is in `SENTENCES`, `value` fills it in."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(f"{code}: {value}" if value else code)
        self.code = code
        self.value = value[:MAX_SHOWN]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not understood: the column or field, a code, and what stood there."""

    field: str
    code: str
    value: str = ""


def problem(where: str, code: str, value: str = "") -> Problem:
    """A problem whose value is short enough to be shown."""
    text = " ".join(value.split())
    return Problem(where[:80], code, text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an item: in a file beside it (`path`) or on the web (`url`)."""

    path: str = ""
    url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One text of the source: its values by heading, as they stand there.

    `identity` tells it apart from all others in its source; `where` is shown to people. `body`
    is Markdown whose headings say which field follows. `unfinished`: it was a draft there.
    """

    identity: str
    where: str
    values: dict[str, str] = field(default_factory=dict)
    body: str = ""
    published_at: int | None = None
    author: str = ""
    pictures: tuple[Picture, ...] = ()
    unfinished: bool = False
    problems: tuple[Problem, ...] = ()

    def key(self, kind: Kind) -> str:
        """Under which it is remembered."""
        return f"{kind}:{hashlib.sha256(self.identity.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Built:
    """An item as an experience. `doubtful`: it must not be published without a look."""

    experience: Experience
    problems: tuple[Problem, ...]
    published_at: int | None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became (or would become) of one item."""

    where: str
    title: str
    state: State
    problems: tuple[Problem, ...] = ()
    published_at: int | None = None
    url: str = ""


@dataclass(slots=True)
class Report:
    """The whole import; `general` is about no item."""

    kind: Kind
    dry: bool
    outcomes: list[Outcome] = field(default_factory=list)
    general: list[Problem] = field(default_factory=list)

    def count(self, state: State) -> int:
        """How many items ended so."""
        return Counter(outcome.state for outcome in self.outcomes)[state]
