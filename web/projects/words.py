"""What the values of projects are called on pages; each text is marked, to be translated."""

from collections.abc import Mapping
from typing import Final

from web.texts import mark

STATE_NAMES: Final[Mapping[str, str]] = {
    "idea": mark("Idea"),
    "assembling": mark("Being set up"),
    "submitted": mark("Submitted"),
    "selected": mark("Selected"),
    "running": mark("Running"),
    "closed": mark("Closed"),
    "abandoned": mark("Abandoned"),
}
ROLE_NAMES: Final[Mapping[str, str]] = {
    "lead": mark("Lead"),
    "partner": mark("Partner"),
    "observer": mark("Observer"),
}
ROLE_MEANINGS: Final[Mapping[str, str]] = {
    "lead": mark("Decides about the project: what it says, who belongs to it, its milestones."),
    "partner": mark("Writes in the journal from their own site, answers, takes part in decisions."),
    "observer": mark("Reads and answers; writes no notes of their own."),
}
JOINING_NAMES: Final[Mapping[str, str]] = {
    "open": mark("Whoever wants to"),
    "request": mark("Whoever asks, once a lead has agreed"),
    "invitation": mark("Only those whom a lead invites"),
}
REACH_NAMES: Final[Mapping[str, str]] = {
    "public": mark("Everybody"),
    "network": mark("The organisations of the network"),
    "project": mark("Its members alone"),
}
REACH_MEANINGS: Final[Mapping[str, str]] = {
    "public": mark(
        "The page of the project, its partners and its notes are seen by everybody, search "
        "engines included; a note can still be kept for the network or for the members."
    ),
    "network": mark(
        "The page of the project is seen by everybody; its notes and its partners by the "
        "members of the network’s organisations, unless a note says otherwise."
    ),
    "project": mark(
        "Others see only that the project exists, its name and its short description. "
        "Everything else stays between the members and the sites on which they are."
    ),
}
