"""Events as documents carry them (FEP-8a8e, and as Mobilizon reads and writes them)."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from federation.documents import Document
from objects.events.fields import JOININGS, MAX_ATTENDEES, Event, Joining, Status
from objects.events.times import PLACE, read_moment, spoken, wire_moment, zone_named
from objects.experiences.wire import line
from objects.reading import title_of, web_address

OPEN_END_MS: Final = 2 * 3_600_000
"""When an event without an end can be taken as over, for those who must know one."""
TERMS: Final = frozenset(
    {
        "type", "name", "summary", "startTime", "endTime", "displayEndTime", "timezone", "status",
        "ical:status", "eventStatus", "joinMode", "externalParticipationUrl", "category",
        "maximumAttendeeCapacity", "remainingAttendeeCapacity", "participantCount", "location",
        "isOnline", "draft", "actor", "uuid", "organizers", "contacts", "mediaType", "cmt:allDay",
        "repliesModerationOption", "commentsEnabled", "anonymousParticipationEnabled",
        "inLanguage",
    }
)  # fmt: skip
"""What an event says beside what every object says."""

_WRITTEN: Final[dict[Status, tuple[str, str]]] = {
    "confirmed": ("CONFIRMED", "EventScheduled"),
    "tentative": ("TENTATIVE", "EventTentative"),
    "cancelled": ("CANCELLED", "EventCancelled"),
}
_WEBSITE: Final = "Website"


def event_properties(
    event: Event, organisers: Sequence[str], url: str, language: str, *, taken: int = 0
) -> dict[str, Any]:
    """What an event's document says besides; `organisers` are actor ids, the author first.

    `taken` counts those who take part. `summary` says when and where, since Mastodon shows
    nothing else of an event but its name.
    """
    ical, status = _WRITTEN[event.status]
    end = event.ends_at if event.ends_at is not None else event.starts_at + OPEN_END_MS
    left = None if event.max_attendees is None else max(0, event.max_attendees - taken)
    said: dict[str, Any] = {
        "type": "Event",
        "name": event.title,
        "summary": summary_of(event, language),
        "actor": organisers[0],
        "organizers": {
            "type": "Collection",
            "totalItems": len(organisers),
            "items": list(organisers),
        },
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, url)),
        "startTime": wire_moment(event.starts_at, event.timezone),
        "endTime": wire_moment(end, event.timezone),
        "displayEndTime": event.ends_at is not None,
        "timezone": event.timezone or None,
        "cmt:allDay": True if event.all_day else None,
        "status": ical,
        "ical:status": ical,
        "eventStatus": status,
        "joinMode": event.joining,
        "externalParticipationUrl": event.external_url or None,
        "maximumAttendeeCapacity": event.max_attendees,
        "remainingAttendeeCapacity": left,
        "participantCount": taken,
        "category": event.category or None,
        "location": _location(event),
        "isOnline": bool(event.online_url),
        "draft": False,
        "mediaType": "text/html",
        "inLanguage": language or None,
        "repliesModerationOption": "allow_all",
        "commentsEnabled": True,
        "anonymousParticipationEnabled": False,
        "contacts": list(organisers[:1]),
    }
    return {name: value for name, value in said.items() if value is not None}


def website(event: Event) -> list[dict[str, str]]:
    """The address from which one takes part from afar, where Mobilizon looks for it."""
    if not event.online_url:
        return []
    return [{"type": "Link", "href": event.online_url, "mediaType": "text/html", "name": _WEBSITE}]


def summary_of(event: Event, language: str) -> str:
    """When and where, in a line of plain text."""
    when = spoken(
        event.starts_at, event.ends_at, event.timezone, language or "fr", days=event.all_day
    )
    where = event.where or event.online_url
    return f"{when} · {where}" if where else when


def _location(event: Event) -> dict[str, Any] | None:
    """The place, or where it is met from afar: Mobilizon drops an event with a list of both."""
    if event.where:
        address = {
            "streetAddress": event.street,
            "postalCode": event.postal_code,
            "addressLocality": event.locality,
            "addressCountry": event.country,
        }
        given = {name: value for name, value in address.items() if value}
        place: dict[str, Any] = {"type": "Place", "name": event.place or event.where}
        if given:
            place["address"] = {"type": "PostalAddress", **given}
        if event.latitude is not None and event.longitude is not None:
            place |= {"latitude": event.latitude, "longitude": event.longitude}
        return place
    if event.online_url:
        return {"type": "VirtualLocation", "name": event.online_url, "url": event.online_url}
    return None


def event_of(document: Document) -> Event | None:
    """The event that a document carries, whoever wrote it; None without a time to begin at.

    A time without an offset is in the event's own zone, else in that of France.
    """
    if "Event" not in document.types or document.flag("draft"):
        return None
    named = document.text("timezone") or ""
    zone = named if len(named) <= 64 and zone_named(named) else ""
    starts_at = read_moment(document.text("startTime") or "", zone or PLACE)
    if starts_at is None:
        return None
    places = list(document.items("location")[:10])
    physical = next((one for one in places if one.type not in ("VirtualLocation", "Link")), None)
    joining, external = _joining(document)
    return Event(
        title=title_of(document),
        starts_at=starts_at,
        ends_at=_end(document, zone, starts_at),
        timezone=zone,
        all_day=document.flag("cmt:allDay"),
        status=_status(document),
        joining=joining,
        external_url=external,
        max_attendees=_count(document, "maximumAttendeeCapacity", 1),
        online_url=_online(document, places),
        category=line(document.text("category"), 60),
        uid=line(document.text("uuid"), 200),
        **_address(document, physical),
    )


def participants_of(document: Document) -> int:
    """How many people take part, as the event's own server says."""
    attendees = document.embedded("attendees")
    told = _count(document, "participantCount", 0)
    return told or (_count(attendees, "totalItems", 0) if attendees else None) or 0


def _end(document: Document, zone: str, starts_at: int) -> int | None:
    end = read_moment(document.text("endTime") or "", zone or PLACE)
    if end is None or end <= starts_at or document.raw.get("displayEndTime") is False:
        return None
    return end


def _status(document: Document) -> Status:
    named = (document.first_id("eventStatus") or "").rpartition("/")[2].rpartition(":")[2]
    for status, (_, word) in _WRITTEN.items():
        if named == word:
            return status
    plain = (document.text("status") or document.text("ical:status") or "").upper()
    return next((status for status, (ical, _) in _WRITTEN.items() if plain == ical), "confirmed")


def _joining(document: Document) -> tuple[Joining, str]:
    """How one joins; who does not say how handles no registrations (Gancio, WordPress, YesWiki)."""
    external = web_address(document.first_id("externalParticipationUrl")) or ""
    named = document.text("joinMode")
    joining: Joining = next((one for one in JOININGS if one == named), "none")
    if joining == "none" and external:
        joining = "external"
    return joining, external[:2_048]


def _address(document: Document, place: Document | None) -> dict[str, Any]:
    """The parts of a place, whether its address is text, structured, or not there."""
    if place is None:
        return {"place": line(document.text("location"))}
    found: dict[str, Any] = {
        "place": line(place.text("name")),
        "latitude": _degrees(place.raw.get("latitude"), 90),
        "longitude": _degrees(place.raw.get("longitude"), 180),
    }
    address = place.embedded("address") or (place if "PostalAddress" in place.types else None)
    if address is None:
        return found | {"street": line(place.text("address"))}
    return found | {
        "street": line(address.text("streetAddress")),
        "postal_code": line(address.text("postalCode"), 20),
        "locality": line(address.text("addressLocality"), 120),
        "country": line(address.text("addressCountry"), 80),
    }


def _online(document: Document, places: Sequence[Document]) -> str:
    virtual = (web_address(one.first_id("url")) for one in places if one.type == "VirtualLocation")
    links = (
        web_address(one.first_id("href"))
        for one in document.items("attachment")[:50]
        if one.type == "Link" and one.text("name") == _WEBSITE
    )
    return next((url[:2_048] for url in (*virtual, *links) if url), "")


def _count(document: Document, name: str, least: int) -> int | None:
    value = document.number(name)
    return value if value is not None and least <= value <= MAX_ATTENDEES else None


def _degrees(value: Any, limit: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limit:
        return None
    return float(value)
