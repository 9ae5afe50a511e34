"""Events of other programs, read; ours, as those programs read them."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from federation.documents import Document
from federation.vocabulary import CONTEXT, PUBLIC
from objects.events.fields import Event, from_json, to_json
from objects.events.times import moment
from objects.events.wire import TERMS, event_of, event_properties, participants_of, website
from objects.incoming import object_record
from tests.objects.people import NOW, person

PAYLOADS = Path(__file__).parents[2] / "data" / "payloads"
PARIS = "Europe/Paris"


def payload(name: str) -> Document:
    """The object inside a payload."""
    found = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return Document(found["object"])


def at(text: str, zone: str = PARIS) -> int:
    """A moment as clocks of a zone show it."""
    shown = datetime.fromisoformat(text)
    return moment(shown.date(), shown.time(), zone)


READ = {
    "mobilizon/event": Event(
        title="Rencontre du réseau",
        starts_at=at("2026-12-04T09:00"),
        ends_at=at("2026-12-04T17:00"),
        timezone=PARIS,
        joining="free",
        max_attendees=60,
        place="Maison de la formation",
        locality="Caen",
        category="LEARNING",
        uid="e1",
    ),
    "yeswiki/event": Event(
        title="Rencontre", starts_at=at("2026-12-01T09:00"), joining="none",
    ),
    "gancio/event": Event(
        title="Fête des savoirs",
        starts_at=at("2026-10-24T14:00"),
        ends_at=at("2026-10-24T18:00"),
        joining="none",
        place="Le Dôme",
        street="3 esplanade Stéphane-Hessel, Caen",
        latitude=49.18,
        longitude=-0.36,
    ),
    "wordpress/event": Event(
        title="Atelier découverte",
        starts_at=at("2026-11-20T18:00", "America/Cayenne"),
        ends_at=at("2026-11-20T20:00", "America/Cayenne"),
        timezone="America/Cayenne",
        status="cancelled",
        joining="external",
        external_url="https://blog.example/evenement/atelier/",
        place="Centre",
        street="2 rue des Écoles",
        postal_code="97300",
        locality="Cayenne",
        country="France",
        online_url="https://visio.example/atelier",
        category="WORKSHOPS_SKILL_SHARING",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_events_of_other_programs_are_read(name: str) -> None:
    assert event_of(payload(name)) == READ[name]


def test_every_event_that_is_kept_here_is_expected() -> None:
    files = {f"{file.parent.name}/{file.stem}" for file in PAYLOADS.glob("*/event.json")}
    assert files == set(READ)


def test_how_many_take_part_is_read() -> None:
    assert participants_of(payload("mobilizon/event")) == 3
    attendees = {"attendees": {"type": "Collection", "totalItems": 84}}
    assert participants_of(Document(attendees)) == 84


@pytest.mark.parametrize(
    "changes",
    [
        {"startTime": None}, {"startTime": "demain"}, {"startTime": 12}, {"draft": True},
        {"startTime": "9999-12-31T23:59:59Z"}, {"startTime": "-0001-01-01T00:00:00Z"},
        {"type": "Note"},
    ],
)  # fmt: skip
def test_without_a_time_there_is_no_event(changes: dict[str, Any]) -> None:
    document = payload("mobilizon/event").raw | changes
    assert event_of(Document(document)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"endTime": "2026-12-04T08:00:00+01:00"}, {"endTime": "x"}, {"timezone": "../../etc"},
        {"timezone": ["a"]}, {"joinMode": {}}, {"location": "Caen"}, {"location": [[], 3, {}]},
        {"maximumAttendeeCapacity": -4}, {"maximumAttendeeCapacity": 10**12},
        {"externalParticipationUrl": "javascript:alert(1)"}, {"category": 7},
        {"location": {"type": "Place", "latitude": "x", "longitude": 1e9}}, {"status": ["a", 3]},
        {"location": {"type": "VirtualLocation", "url": "file:///etc/passwd"}},
    ],
)  # fmt: skip
def test_what_is_of_a_wrong_shape_is_left_out(changes: dict[str, Any]) -> None:
    document = Document(payload("mobilizon/event").raw | changes)
    found = event_of(document)
    assert found is not None
    assert found.starts_at == READ["mobilizon/event"].starts_at
    assert found.ends_at is None or found.ends_at > found.starts_at
    assert not found.external_url
    assert not found.online_url
    assert found.latitude is None
    assert from_json(to_json(found)) == found


def test_an_end_that_is_not_to_be_shown_is_none() -> None:
    document = payload("mobilizon/event").raw | {"displayEndTime": False}
    found = event_of(Document(document))
    assert found is not None
    assert found.ends_at is None


EVENT = Event(
    title="Atelier",
    starts_at=at("2026-10-26T09:00"),
    ends_at=at("2026-10-26T12:00"),
    timezone=PARIS,
    max_attendees=12,
    joining="restricted",
    place="Maison",
    street="1 rue du Port",
    postal_code="14000",
    locality="Caen",
    online_url="https://visio.example/salle",
    category="LEARNING",
)
URL = "https://node.example/objects/1"
LEA = "https://node.example/users/lea"


def ours(**changes: Any) -> dict[str, Any]:
    """The document of an event of ours."""
    event = replace(EVENT, **changes)
    return {
        "@context": CONTEXT,
        "id": URL,
        "attributedTo": LEA,
        "url": URL,
        "published": "2026-10-01T00:00:00Z",
        "to": [PUBLIC],
        "cc": [f"{LEA}/followers"],
        "content": "<p>Venez</p>",
        "attachment": website(event),
        "tag": [],
        **event_properties(event, [LEA], URL, "fr", taken=4),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"online_url": ""}, {"place": "", "street": "", "postal_code": "", "locality": ""},
        {"status": "cancelled"}, {"status": "tentative"}, {"ends_at": None}, {"timezone": "UTC"},
        {"joining": "external", "external_url": "https://x.example/"}, {"max_attendees": None},
        {"latitude": 49.1, "longitude": -0.3}, {"starts_at": at("2026-10-25T02:30") + 3_600_000},
        {"all_day": True},
    ],
)  # fmt: skip
def test_what_is_written_is_read_again(changes: dict[str, Any]) -> None:
    found = event_of(Document(ours(**changes)))
    assert found is not None
    assert replace(found, uid="") == replace(EVENT, **changes)


def test_times_carry_the_offset_of_their_day() -> None:
    winter, summer = ours(), ours(starts_at=at("2026-10-24T09:00"), ends_at=None)
    assert winter["startTime"] == "2026-10-26T09:00:00+01:00"
    assert summer["startTime"] == "2026-10-24T09:00:00+02:00"
    assert (summer["endTime"], summer["displayEndTime"]) == ("2026-10-24T11:00:00+02:00", False)


def test_everything_that_the_event_proposal_demands_is_there() -> None:
    """FEP-8a8e: name, startTime, endTime after it, organizers; the rest in the forms it names."""
    document = ours()
    assert document["name"] == "Atelier"
    start, end = (datetime.fromisoformat(document[name]) for name in ("startTime", "endTime"))
    assert start < end
    assert document["organizers"]["items"] == [LEA]
    assert ZoneInfo(document["timezone"]).utcoffset(start.replace(tzinfo=None)) == start.utcoffset()
    place, virtual = (
        document["location"],
        ours(place="", street="", postal_code="", locality="")["location"],
    )
    assert place["type"] == "Place"
    assert place["address"]["type"] == "PostalAddress"
    assert (virtual["type"], virtual["url"]) == ("VirtualLocation", EVENT.online_url)
    assert document["eventStatus"] == "EventScheduled"
    known = CONTEXT[-1]
    bare = TERMS - {"type", "name", "summary", "startTime", "endTime", "location", "actor"}
    used = {name for name in bare if name in document and ":" not in name}
    assert used - known.keys() <= {"mediaType", "uuid", "contacts", "inLanguage",
                                   "anonymousParticipationEnabled"}  # fmt: skip


def test_mobilizon_finds_what_it_looks_for() -> None:
    """The keys that its converter reads, with the types that it insists on."""
    document = ours(status="cancelled")
    assert PUBLIC in document["to"]
    assert document["joinMode"] in ("free", "restricted", "external", "invite")
    assert document["status"].lower() in ("confirmed", "tentative", "cancelled")
    assert isinstance(document["maximumAttendeeCapacity"], int)
    assert document["participantCount"] == 4
    assert document["remainingAttendeeCapacity"] == 8
    assert document["actor"] == document["attributedTo"] == LEA
    assert len(document["uuid"]) == 36
    assert document["draft"] is False
    assert isinstance(document["attachment"], list)
    # It has no way to read a list of places: such an event would not arrive.
    assert isinstance(document["location"], dict)
    link = {"type": "Link", "mediaType": "text/html", "name": "Website", "href": EVENT.online_url}
    assert link in document["attachment"]
    assert document["isOnline"] is True


def test_mastodon_shows_when_and_where_it_is() -> None:
    """It shows name, summary and link of an Event, and nothing of its content."""
    document = ours()
    assert document["summary"].startswith("lundi 26 octobre 2026, 09:00–12:00 (Europe/Paris)")
    assert "Caen" in document["summary"]
    record = object_record(Document(document), person(LEA), NOW).record
    assert (record.type, record.name, record.visibility) == ("Event", "Atelier", "public")
    assert record.summary == document["summary"]
    assert not record.sensitive
