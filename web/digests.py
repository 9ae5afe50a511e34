"""Mails about what concerns members: at once, or once a day or a week in one mail each.

Where a round begins is written down in the transaction that queues its mails, so that a round
which is interrupted, or done by two processes at once, tells nothing twice.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from actors.sign_in.mail_addresses import BadMailAddress
from objects.choices import THEMES, MailChoices, Rhythm, all_mail_choices
from objects.notices import notices_of
from objects.visibility import visible_by_ids
from storage.ids import first_id_at
from storage.records import ActorRecord, MemberRecord, NotificationRecord, ObjectRecord
from storage.store import Tx
from storage.wakeups import every
from web.context import WebContext
from web.texts import PLACE
from web.unsubscribing import unsubscribe_address
from web.workspace.cards import page_for
from web.workspace.notices import address, sentence

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0
# Ids are given before they are committed: what is this old is there.
SETTLED_MS: Final = 30_000
MORNING: Final = 7
MAX_LINES: Final = 30
TOLD_UNTIL: Final = "mails-told-until"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a mail and where it leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets mails."""

    actor: ActorRecord
    member: MemberRecord
    choices: MailChoices


@dataclass(frozen=True, slots=True)
class Letter:
    """What one reader is told: `about` are experiences about their themes."""

    reader: Reader
    told: tuple[Line, ...]
    about: tuple[Line, ...] = ()


class Digests:
    """Looks every minute what is to be told by mail."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Look again and again until `stop` is set."""
        await every(EVERY_S, stop, lambda: self.run_once(self._context.now()))

    async def run_once(self, now: int) -> int:
        """Queue every mail that is due (`now` in milliseconds); gives how many."""
        return (
            await self._at_once(now)
            + await self._period("daily", last_morning(now))
            + await self._period("weekly", last_monday(now))
        )

    async def _at_once(self, now: int) -> int:
        until = now - SETTLED_MS
        return await self._round("immediate", TOLD_UNTIL, until)

    async def _period(self, rhythm: Rhythm, end: int) -> int:
        return await self._round(rhythm, f"mails-{rhythm}-until", end)

    async def _round(self, rhythm: Rhythm, fact: str, until: int) -> int:
        """Tell what happened from the end of the round before until `until`, in milliseconds."""
        store = self._context.store
        known = await store.query(lambda tx: tx.ledger.fact(fact))
        if known is None:
            # The first round ever: nobody is told of what was before.
            await store.write(lambda tx: tx.ledger.ensure_fact(fact, str(until)))
            return 0
        if int(known) >= until:
            return 0
        letters = await store.query(partial(self._letters, rhythm, int(known), until))
        return await store.write(partial(self._send, rhythm, fact, known, until, letters))

    async def _letters(self, rhythm: Rhythm, after: int, until: int, tx: Tx) -> list[Letter]:
        span = (first_id_at(after), first_id_at(until))
        found = await tx.notifications.between(*span)
        choices = await all_mail_choices(tx)
        subjects = await _by_theme(tx, choices, rhythm, span)
        letters = []
        for actor, member in await tx.members.all():
            if not member.email or member.disabled_at is not None or actor.state != "active":
                continue
            reader = Reader(actor, member, choices.get(actor.id, MailChoices()))
            told = await self._told(tx, reader, rhythm, found)
            about = await self._about(tx, reader, rhythm, subjects)
            if told or about:
                letters.append(Letter(reader, told, about))
        return letters

    async def _told(
        self, tx: Tx, reader: Reader, rhythm: Rhythm, found: Sequence[NotificationRecord]
    ) -> tuple[Line, ...]:
        kinds = reader.choices.kinds(rhythm)
        mine = [n for n in found if n.owner_id == reader.actor.id and n.kind in kinds]
        if not mine:
            return ()
        language, origin = self._language(reader), self._context.settings.origin
        notices = await notices_of(tx, reader.actor, mine)
        return tuple(
            Line(sentence(notice, language), origin + address(notice))
            for notice in notices[:MAX_LINES]
        )

    async def _about(
        self, tx: Tx, reader: Reader, rhythm: Rhythm, subjects: Mapping[str, Sequence[int]]
    ) -> tuple[Line, ...]:
        if not _wants_themes(reader.choices, rhythm):
            return ()
        ids = {number for theme in reader.choices.themes for number in subjects.get(theme, ())}
        records = await visible_by_ids(tx, sorted(ids), reader.actor)
        others = [r for r in records.values() if r.actor_id != reader.actor.id]
        newest = sorted(others, key=lambda record: -record.id)[:MAX_LINES]
        return tuple(self._experience(record) for record in newest)

    def _experience(self, record: ObjectRecord) -> Line:
        return Line(record.name, self._context.settings.origin + page_for(record))

    async def _send(
        self,
        rhythm: Rhythm,
        fact: str,
        known: str,
        until: int,
        letters: Sequence[Letter],
        tx: Tx,
    ) -> int:
        if not await tx.ledger.change_fact(fact, known, str(until)):
            return 0
        return sum([await self._queue(tx, rhythm, until, letter) for letter in letters])

    async def _queue(self, tx: Tx, rhythm: Rhythm, until: int, letter: Letter) -> int:
        reader, origin = letter.reader, self._context.settings.origin
        stop = await unsubscribe_address(tx, origin, reader.actor.id, rhythm)
        try:
            return await self._context.mails.queue(
                tx,
                reader.member.email,
                "news",
                self._language(reader),
                once=f"{rhythm}:{reader.actor.id}:{until}",
                unsubscribe=stop,
                name=reader.actor.name or reader.actor.username,
                rhythm=rhythm,
                told=letter.told,
                about=letter.about,
                stop=stop,
            )
        except BadMailAddress:
            log.warning("%s has no mail address that can be used", reader.actor.account)
            return 0

    def _language(self, reader: Reader) -> str:
        return reader.member.language or self._context.settings.language


def last_morning(now: int) -> int:
    """The last seven o'clock in Normandy, in milliseconds."""
    return _milliseconds(_morning(now))


def last_monday(now: int) -> int:
    """Seven o'clock of the last Monday."""
    morning = _morning(now)
    monday = morning.date() - timedelta(days=morning.weekday())
    return _milliseconds(_at(monday.year, monday.month, monday.day))


def _morning(now: int) -> datetime:
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(PLACE))
    day = local.date() if local.hour >= MORNING else local.date() - timedelta(days=1)
    return _at(day.year, day.month, day.day)


def _at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, MORNING, tzinfo=ZoneInfo(PLACE))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _wants_themes(choices: MailChoices, rhythm: Rhythm) -> bool:
    """Experiences come with the mail of the day when they are wanted at once."""
    chosen = choices.rhythm(THEMES)
    return bool(choices.themes) and (chosen, rhythm) in {
        ("immediate", "daily"),
        ("daily", "daily"),
        ("weekly", "weekly"),
    }


async def _by_theme(
    tx: Tx, choices: Mapping[int, MailChoices], rhythm: Rhythm, span: tuple[int, int]
) -> dict[str, list[int]]:
    """The new experiences about the themes that anybody chose for this rhythm; one query."""
    themes = {t for c in choices.values() if _wants_themes(c, rhythm) for t in c.themes}
    found: dict[str, list[int]] = {}
    if themes:
        for theme, number in await tx.timelines.with_theme(sorted(themes), *span):
            found.setdefault(theme, []).append(number)
    return found
