"""What the values of events are called on pages; each text is marked, to be translated."""

from collections.abc import Mapping
from typing import Final

from web.texts import mark

JOINING_NAMES: Final[Mapping[str, str]] = {
    "free": mark("Whoever registers"),
    "restricted": mark("Whoever registers, once you have agreed"),
    "external": mark("Whoever registers on another site"),
}
CATEGORY_NAMES: Final[Mapping[str, str]] = {
    "LEARNING": mark("Training"),
    "MEETING": mark("Meeting"),
    "WORKSHOPS_SKILL_SHARING": mark("Workshop, sharing of skills"),
    "NETWORKING": mark("Getting to know each other"),
    "COMMUNITY": mark("Local life"),
    "BUSINESS": mark("Companies"),
    "SCIENCE_TECH": mark("Science and technology"),
    "FAMILY_EDUCATION": mark("Education"),
    "LANGUAGE_CULTURE": mark("Languages and cultures"),
    "INCLUSIVE_SPACES": mark("Inclusion"),
}
ATTENDANCE_NAMES: Final[Mapping[str, str]] = {
    "requested": mark("asked to take part"),
    "accepted": mark("registered"),
    "rejected": mark("declined"),
}
REASONS: Final[Mapping[str, str]] = {
    "own-event": mark("Who organises an event takes part anyway."),
    "elsewhere": mark("One registers for this event on another site."),
    "cancelled": mark("The event is cancelled."),
    "over": mark("This event is over."),
    "full": mark("There is no place left."),
    "invite": mark("One takes part in this event by invitation only."),
    "refused": mark("The organiser has declined."),
    "not-registered": mark("You are not registered for this event."),
    "no-request": mark("This request was answered or withdrawn already."),
    "no-event": mark("This is no event that can be changed."),
    "no-time": mark("Say when the event begins."),
    "ends-before": mark("An event ends after it has begun."),
    "no-address": mark("This is no web address."),
    "no-number": mark("Write a whole number from 1 to 100,000."),
}
"""Code of a refusal → marked sentence, before those of `web.projects.refusals`."""
ZONES: Final = (
    "Europe/Paris", "America/Cayenne", "America/Guadeloupe", "America/Martinique",
    "America/Miquelon", "America/Montreal", "Africa/Abidjan", "Africa/Algiers",
    "Africa/Casablanca", "Africa/Tunis", "Europe/Athens", "Europe/Brussels", "Europe/Lisbon",
    "Europe/London", "Europe/Zurich", "Indian/Mayotte", "Indian/Reunion", "Pacific/Noumea",
    "Pacific/Tahiti", "Pacific/Wallis", "UTC",
)  # fmt: skip
"""What the form proposes: France and its neighbours; an event keeps any other zone."""
