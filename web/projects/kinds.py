"""What the kinds of entries of a project are called; each text is marked, to be translated."""

from collections.abc import Mapping
from typing import Final

from web.texts import mark

KIND_NAMES: Final[Mapping[str, str]] = {
    "progress": mark("Progress"),
    "decision": mark("Decision"),
    "difficulty": mark("Difficulty"),
    "help": mark("Request for help"),
    "meeting": mark("Meeting"),
    "deliverable": mark("Deliverable"),
    "milestone": mark("Milestone"),
    "call": mark("Call"),
    "event": mark("Event"),
    "comment": mark("Comment"),
    "objection": mark("Objection"),
    "post": mark("Message"),
}
