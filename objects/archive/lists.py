"""The lists of an archive: people, domains and posts, each as Mastodon writes it."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from objects.archive import manifest as names
from storage.bonds import USUAL
from storage.records import ActorRecord
from storage.spans import Span
from storage.store import Tx

EVENTS_HEADER: Final = ("Event", "Name", "State")
STATES: Final = ("accepted", "requested", "rejected", "left")
EVERYBODY: Final = 100_000
ADDRESS: Final = "Account address"
FOLLOWING_HEADER: Final = (ADDRESS, "Show boosts", "Notify on new posts", "Languages")


async def _events(tx: Tx, actor: ActorRecord) -> list[tuple[str, str, str]]:
    found = await tx.events.of_person(actor.id, list(STATES))
    return [(record.url, record.name, attendance.state) for attendance, record in found]


async def following_csv(tx: Tx, actor: ActorRecord) -> bytes:
    """Whom an actor follows, and how."""
    found = await tx.relationships.following(actor.id, limit=EVERYBODY)
    options = await tx.bonds.options(actor.id)
    rows = []
    for _, person in reversed(found):
        chosen = options.get(person.id, USUAL)
        said = [str(flag).lower() for flag in (chosen.reblogs, chosen.notify)]
        rows.append((person.account, *said, ", ".join(chosen.languages)))
    return _csv([FOLLOWING_HEADER, *rows])


async def small_lists(tx: Tx, actor: ActorRecord) -> list[tuple[str, bytes]]:
    """Every list of a member with the name that it has in the archive."""
    everybody = Span(EVERYBODY)
    followers = await tx.relationships.followers(actor.id, limit=EVERYBODY)
    blocked = await tx.timelines.blocked(actor.id, limit=EVERYBODY)
    muted = await tx.bonds.muted(actor.id)
    domains = await tx.bonds.blocked_domains(actor.id, everybody)
    endorsed = await tx.people.endorsed(actor.id, everybody)
    silent = [(account, str(silent).lower()) for account, silent in muted]
    return [
        (names.FOLLOWING, await following_csv(tx, actor)),
        (names.FOLLOWERS, _csv([(ADDRESS,), *((person.account,) for _, person in followers)])),
        (names.BLOCKED, _csv([(person.account,) for person in blocked])),
        (names.MUTED, _csv([(ADDRESS, "Hide notifications"), *silent])),
        (names.DOMAINS, _csv([(domain,) for _, domain in domains])),
        (names.ENDORSED, _csv([(ADDRESS,), *((person.account,) for _, person in endorsed)])),
        (names.NOTES, _csv([(ADDRESS, "Comment"), *await tx.bonds.notes(actor.id)])),
        (names.EVENTS, _csv([EVENTS_HEADER, *await _events(tx, actor)])),
        (names.BOOKMARKS, _csv([(url,) for url in await tx.bonds.bookmarked(actor.id)])),
    ]


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
