"""The fields of an event, typed; what a form fills, a page shows and a document carries."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import msgspec

Status = Literal["confirmed", "tentative", "cancelled"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)

Joining = Literal["free", "restricted", "external", "invite", "none"]
JOININGS: Final[tuple[Joining, ...]] = get_args(Joining)
"""Who asks takes part; the organiser decides; one registers on another site; by invitation of the
organiser; nobody registers."""
OFFERED: Final[tuple[Joining, ...]] = ("free", "restricted", "external")
"""What events of ours can be: Mobilizon knows neither `none` nor how to be asked by invitation."""

CATEGORIES: Final = (
    "LEARNING", "MEETING", "WORKSHOPS_SKILL_SHARING", "NETWORKING", "COMMUNITY", "BUSINESS",
    "SCIENCE_TECH", "FAMILY_EDUCATION", "LANGUAGE_CULTURE", "INCLUSIVE_SPACES",
)  # fmt: skip
"""Those of the categories of FEP-8a8e that training organisations use."""
MAX_ATTENDEES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event without its description, which is the text of its object.

    `starts_at` and `ends_at` are moments in milliseconds; `timezone` (IANA) is where clocks show
    the times that were meant, empty when nobody said. An event that lasts whole days begins and
    ends with days of that zone. An empty value was not given.
    """

    title: str
    starts_at: int
    ends_at: int | None = None
    timezone: str = ""
    all_day: bool = False
    status: Status = "confirmed"
    joining: Joining = "free"
    external_url: str = ""
    max_attendees: int | None = None
    place: str = ""
    street: str = ""
    postal_code: str = ""
    locality: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    # where one takes part from afar
    online_url: str = ""
    category: str = ""
    uid: str = ""

    @property
    def where(self) -> str:
        """The place and its address, in one line."""
        town = " ".join(part for part in (self.postal_code, self.locality) if part)
        parts = (self.place, self.street, town, self.country)
        return ", ".join(dict.fromkeys(part for part in parts if part))


def to_json(event: Event) -> str:
    """An event as the text that the database keeps."""
    return msgspec.json.encode(event).decode()


def from_json(text: str) -> Event:
    """An event from the database; unknown names are ignored. Raises `ValueError`."""
    return msgspec.json.decode(text, type=Event)
