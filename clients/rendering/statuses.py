"""Objects and shares as statuses: a page of them with a constant number of queries."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from actors.identifiers import Identifiers
from clients.context import ClientContext
from clients.entities.accounts import Account, CustomEmoji
from clients.entities.base import SHOWN, moment
from clients.entities.statuses import Status, StatusApplication, StatusMention, StatusTag
from clients.filters.matching import ActiveFilters, active_filters
from clients.rendering.accounts import (
    accounts,
    acct,
    emojis_in,
    emojis_of_document,
    own_emojis,
)
from clients.rendering.cards import card_entity
from clients.rendering.content import shown_content, spoiler_text
from clients.rendering.media import attached
from clients.rendering.polls import poll_entity
from clients.rendering.quotes import Quoting, quoting_of
from objects.incoming import attachments_of
from objects.projects.leaves import FileLeaves
from objects.visibility import visible_by_ids
from storage.apps_reading import CardRecord, Marks, SharedRecord
from storage.project_files import ProjectFileRecord
from storage.records import ActorRecord, MediaRecord, ObjectRecord, PollRecord
from storage.store import Tx

UNTOUCHED: Final = Marks()


@dataclass(frozen=True, slots=True)
class Line:
    """An object, or (with `shared_by`) that somebody shared it: `id` is what apps call it."""

    record: ObjectRecord
    id: int
    shared_by: ActorRecord | None = None
    share: SharedRecord | None = None

    @classmethod
    def of(cls, record: ObjectRecord) -> "Line":
        """The object itself."""
        return cls(record, record.id)


@dataclass(slots=True)
class Surroundings:
    """All that is shown beside some objects, read at once."""

    accounts: Mapping[int, Account]
    authors: Mapping[int, ActorRecord]
    mentioned: Mapping[int, list[ActorRecord]]
    tags: Mapping[int, list[str]]
    media: Mapping[int, list[MediaRecord]]
    polls: Mapping[int, PollRecord]
    votes: Mapping[int, set[str]]
    marks: Mapping[int, Marks]
    parents: Mapping[int, int]
    apps: Mapping[int, tuple[str, str]]
    cards: Mapping[int, CardRecord]
    quoting: Quoting
    filters: ActiveFilters
    leaves: FileLeaves
    copies: Mapping[int, Mapping[str, ProjectFileRecord]]
    emojis: Mapping[str, CustomEmoji] = field(default_factory=dict)


async def statuses(
    tx: Tx, context: ClientContext, viewer: ActorRecord | None, lines: Sequence[Line]
) -> list[Status]:
    """Lines as somebody (None: a stranger) sees them, in their order.

    Who may see the records is the caller's business; what they quote is checked here.
    """
    if not lines:
        return []
    records = {line.record.id: line.record for line in lines}
    quoting = await quoting_of(tx, viewer, list(records.values()))
    everything = records | {record.id: record for record in quoting.records}
    sharers = [line.shared_by for line in lines if line.shared_by is not None]
    around = await _surroundings(tx, context, viewer, everything, sharers, quoting)
    now = context.now()
    made = {
        number: _status(record, context.identifiers, around, viewer, now)
        for number, record in everything.items()
    }
    for number in records:
        made[number].quote = quoting.entity(number, made)
    return [_line(line, made[line.record.id], around) for line in lines]


async def status_of(
    tx: Tx, context: ClientContext, viewer: ActorRecord | None, record: ObjectRecord
) -> Status:
    """One object as a status."""
    return (await statuses(tx, context, viewer, [Line.of(record)]))[0]


async def lines_by_ids(tx: Tx, viewer: ActorRecord | None, ids: Sequence[int]) -> list[Line]:
    """The lines behind ids of objects and of shares, as far as the viewer may see them."""
    shares = await tx.apps.shares_by_activity(list(ids), viewer.id if viewer else 0)
    wanted = [shares[number].object_id if number in shares else number for number in ids]
    records = await visible_by_ids(tx, wanted, viewer)
    people = await tx.actors.by_ids(sorted({share.actor_id for share in shares.values()}))
    lines = []
    for number in ids:
        if number not in shares:
            if number in records:
                lines.append(Line.of(records[number]))
            continue
        share = shares[number]
        sharer, record = people.get(share.actor_id), records.get(share.object_id)
        if record is not None and sharer is not None and sharer.state == "active":
            lines.append(Line(record, number, sharer, share))
    return lines


async def copies_of(
    tx: Tx, records: Iterable[ObjectRecord]
) -> Mapping[int, Mapping[str, ProjectFileRecord]]:
    """The copies of files that only members of projects may fetch."""
    few = [r.id for r in records if r.visibility == "project" and not r.local and r.has_media]
    return await tx.project_files.of_objects(few) if few else {}


async def _surroundings(
    tx: Tx,
    context: ClientContext,
    viewer: ActorRecord | None,
    records: Mapping[int, ObjectRecord],
    sharers: Sequence[ActorRecord],
    quoting: Quoting,
) -> Surroundings:
    ids = list(records)
    authors = await tx.actors.by_ids(sorted({r.actor_id for r in records.values()}))
    people = {**authors, **{actor.id: actor for actor in sharers}}
    above = sorted({r.in_reply_to_id for r in records.values() if r.in_reply_to_id is not None})
    polls = await tx.apps.polls([r.id for r in records.values() if r.type == "Question"])
    filters = await active_filters(tx, viewer, context.now())
    local = [r for r in records.values() if r.local]
    coloned = any(":" in r.content + r.summary + r.name for r in local)
    coloned = coloned or any(":" in poll.options for poll in polls.values())
    return Surroundings(
        accounts=await accounts(tx, context.identifiers, people.values()),
        authors=authors,
        mentioned=await tx.apps.mentioned(ids),
        tags=await tx.apps.tags(ids),
        media=await tx.apps.media_of([r.id for r in local]),
        polls=polls,
        votes=await tx.apps.votes(viewer.id, list(polls)) if viewer and polls else {},
        marks=await tx.apps.marks(viewer.id, ids) if viewer else {},
        parents=await tx.apps.authors_of(above),
        apps=await tx.apps.applications([r.id for r in local]),
        cards=await tx.apps.cards(ids),
        quoting=quoting,
        filters=filters,
        leaves=context.leaves,
        copies=await copies_of(tx, records.values()),
        emojis=await own_emojis(tx, context.identifiers) if coloned else {},
    )


def _status(
    record: ObjectRecord,
    identifiers: Identifiers,
    around: Surroundings,
    viewer: ActorRecord | None,
    now: int,
) -> Status:
    author = around.authors[record.actor_id]
    marks = around.marks.get(record.id, UNTOUCHED)
    poll = around.polls.get(record.id)
    votes = around.votes.get(record.id, set())
    own = viewer is not None and viewer.id == record.actor_id
    app, card = around.apps.get(record.id), around.cards.get(record.id)
    known = around.emojis if record.local else emojis_of_document(record.document, identifiers)
    parent = around.parents.get(record.in_reply_to_id or 0)
    status = Status(
        id=str(record.id),
        uri=record.url,
        url=record.html_url or record.url,
        created_at=moment(record.published_at),
        edited_at=None if record.edited_at is None else moment(record.edited_at),
        account=around.accounts[record.actor_id],
        content=shown_content(record),
        spoiler_text=spoiler_text(record),
        sensitive=bool(record.sensitive or author.sensitized),
        visibility=SHOWN[record.visibility],
        language=record.language or None,
        in_reply_to_id=None if parent is None else str(record.in_reply_to_id),
        in_reply_to_account_id=None if parent is None else str(parent),
        replies_count=record.replies_count,
        reblogs_count=record.shares_count,
        favourites_count=record.likes_count,
        quotes_count=around.quoting.counts.get(record.id, 0),
        media_attachments=attached(
            record.id,
            attachments_of(record, author),
            around.media.get(record.id, ()),
            identifiers,
            around.leaves,
            around.copies.get(record.id, {}),
        ),
        mentions=[_mention(actor) for actor in around.mentioned.get(record.id, ())],
        tags=[StatusTag(name=n, url=identifiers.tag(n)) for n in around.tags.get(record.id, ())],
        emojis=emojis_in(f"{record.summary}\n{record.name}\n{record.content}", known),
        application=None if app is None else StatusApplication(name=app[0], website=app[1] or None),
        card=None if card is None else card_entity(card, identifiers),
        poll=None if poll is None else poll_entity(poll, now, votes=votes, own=own, emojis=known),
        quote_approval=around.quoting.approval(record, author, viewer),
        favourited=marks.favourited,
        reblogged=marks.reblogged,
        bookmarked=marks.bookmarked,
        muted=marks.muted,
        pinned=marks.pinned,
    )
    if not own:
        status.filtered = around.filters.results(status)
    return status


def _line(line: Line, status: Status, around: Surroundings) -> Status:
    """The status itself, or the share around it."""
    if line.shared_by is None or line.share is None:
        return status
    return shared(status, line.id, around.accounts[line.shared_by.id], line.share)


def shared(status: Status, number: int, account: Account, share: SharedRecord) -> Status:
    """Somebody's share of a status, under an id of its own."""
    around = copy.copy(status)
    around.id = str(number)
    around.uri = around.url = share.url
    around.created_at = moment(share.at)
    around.edited_at = None
    around.account = account
    around.visibility = SHOWN[share.visibility]
    around.in_reply_to_id = around.in_reply_to_account_id = None
    around.reblog = status
    around.application = around.card = around.poll = around.quote = None
    around.pinned = False
    return around


def _mention(actor: ActorRecord) -> StatusMention:
    return StatusMention(
        id=str(actor.id),
        username=actor.username,
        acct=acct(actor),
        url=actor.html_url or actor.url,
    )
