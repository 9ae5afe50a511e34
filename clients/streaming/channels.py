"""The streams that there are, by the names that apps know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from federation.errors import Refused
from objects.text import normalise_hashtag

PUBLIC: Final = frozenset(
    f"public{where}{what}" for where in ("", ":local", ":remote") for what in ("", ":media")
)
TAGGED: Final = frozenset({"hashtag", "hashtag:local"})
OWN: Final = frozenset({"user", "user:notification", "direct", "list"})
MAX_PARAMETER: Final = 300

Topic = tuple[str, str | int]
"""What is told to several streams at once: a name, and whose, which list or which hashtag."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What an app subscribed to; `parameter` is the list or hashtag as it was sent."""

    name: str
    parameter: str = ""

    @property
    def names(self) -> list[str]:
        """The stream as messages name it."""
        return [self.name, self.parameter] if self.parameter else [self.name]

    @property
    def scope(self) -> str:
        """Of what a token must give leave to read; empty: every token may."""
        if self.name == "user:notification":
            return "read:notifications"
        return "read:statuses" if self.name in OWN else ""

    def topic(self, viewer_id: int) -> Topic:
        """What is told to this channel, when it is a certain member's."""
        if self.name == "list":
            return ("list", int(self.parameter))
        if self.name in TAGGED:
            return (self.name, normalise_hashtag(self.parameter.lstrip("#＃")))
        return (self.name, viewer_id if self.name in OWN else "")


def channel_of(name: object, parameters: Mapping[str, object]) -> Channel:
    """The channel that is asked for; raises `Refused` 400 for what there is not."""
    if isinstance(name, list) and name:
        name = name[0]
    if not isinstance(name, str) or name not in PUBLIC | TAGGED | OWN:
        raise Refused(400, "unknown-channel", "Unknown channel requested")
    if name in TAGGED:
        return Channel(name, _parameter(parameters, "tag", "Missing tag name parameter"))
    if name == "list":
        number = _parameter(parameters, "list", "Missing list name parameter")
        if not number.isascii() or not number.isdigit() or int(number) >= 2**63:
            raise no_list()
        return Channel(name, number)
    return Channel(name)


def no_list() -> Refused:
    """The refusal of a list that is not the member's."""
    return Refused(404, "not-found", "Not authorized to stream this list")


def _parameter(parameters: Mapping[str, object], name: str, missing: str) -> str:
    found = parameters.get(name)
    if isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or not found.strip("# ") or len(found) > MAX_PARAMETER:
        raise Refused(400, "missing-parameter", missing)
    return found.strip()
