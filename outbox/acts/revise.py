"""Changing a short post of one's own: text, warning, language, files, poll."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from actors.documents import wire_time
from federation.documents import Document
from objects.media import attachment_document
from objects.notes import NoteDraft, build_object
from objects.polls import PollDraft, choices, with_counts
from objects.projects.entries import entry_of
from objects.quotes import carried
from objects.reading import mentions_of
from objects.visibility import RESTRICTED, of_document
from outbox.acts.change import edit, must_own
from outbox.acts.create import NO_MEDIA, find_people, refuse_overfull
from outbox.context import ActRefused, OutboxContext
from outbox.restricted import within_reach
from storage.records import ActorRecord, MediaRecord, ObjectRecord, PollRecord
from storage.store import Tx

RENEWED: Final = (
    "type", "summary", "sensitive", "content", "contentMap", "source", "tag", "attachment",
)  # fmt: skip
POLL: Final = ("oneOf", "anyOf", "votersCount", "endTime", "closed")
SHORT: Final = frozenset({"Note", "Question"})


@dataclass(frozen=True, slots=True)
class Revision:
    """All that a post says from now on; `media` are the files with what is said of them."""

    text: str
    summary: str = ""
    sensitive: bool = False
    language: str = ""
    markdown: bool = False
    media: tuple[MediaRecord, ...] = ()
    poll: PollDraft | None = None


async def revise(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord, revision: Revision
) -> bool:
    """Give a post another text, other files, another poll; its audience and its thread stay.

    Whoever was mentioned stays addressed; whom the new text names is addressed too. Who voted
    for other choices has not voted. False when it says what it said. Raises `ActRefused` for
    what is not one's own, was deleted, or is no short post.
    """
    must_own(author, record)
    if record.type not in SHORT:
        raise ActRefused(422, "not-short", "Only short posts are changed this way.")
    stored: dict[str, Any] = orjson.loads(record.document)
    poll = await context.store.query(lambda tx: tx.objects.poll(record.id))
    anew = poll is None or revision.poll is None or _asks_else(poll, revision.poll)
    changed = await _document(context, author, record, stored, revision)
    bare = {name: value for name, value in changed.items() if name not in POLL}
    changed = carried(stored, bare | _poll(changed, poll, revision, anew=anew))
    if _same(stored, changed):
        return False
    changed["updated"] = wire_time(context.now())

    async def also(tx: Tx, row: ObjectRecord) -> None:
        await _save_files(context, tx, row, revision.media)
        if revision.poll is not None:
            kept = revision.poll.record(row.id) if anew or poll is None else poll
            await tx.objects.change_poll(_moved(kept, revision.poll), anew=anew)
        elif poll is not None:
            await tx.objects.remove_poll(row.id)

    await edit(context, author, record, changed, also=also)
    return True


async def _document(
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    stored: Mapping[str, Any],
    revision: Revision,
) -> dict[str, Any]:
    """The stored document with what the revision says, addressed to whom it names too."""
    before = Document(dict(stored))
    visibility = of_document(before, author.followers_url)
    people = await _people(context, author, record, before, revision.text)
    draft = NoteDraft(
        revision.text,
        visibility=visibility,
        summary=revision.summary,
        sensitive=revision.sensitive,
        language=revision.language,
        markdown=revision.markdown,
        poll=revision.poll,
        entry=entry_of(before) if before.has("cmt:kind") else None,
    )
    guarded = visibility == "project"
    attachments = [
        attachment_document(media, context.identifiers, guarded=guarded) for media in revision.media
    ]
    written = build_object(
        draft, author, record.id, people, context.identifiers, context.now(), attachments
    )
    changed = {name: value for name, value in stored.items() if name not in RENEWED}
    changed |= {name: written[name] for name in (*RENEWED, *POLL) if name in written}
    addressed = {*before.ids("to"), *before.ids("cc"), author.url}
    added = [actor.url for actor in people if actor.url not in addressed]
    if added:
        changed["cc"] = [*before.ids("cc"), *added]
    return changed


async def _people(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord, before: Document, text: str
) -> list[ActorRecord]:
    """Whom the post mentioned, and whom its new text names."""
    named = (await find_people(context, author, text)).values()
    known = await context.store.query(lambda tx: tx.actors.by_urls(list(mentions_of(before))))
    people = list({actor.url: actor for actor in (*named, *known.values())}.values())
    if record.visibility not in RESTRICTED:
        return people

    async def reached(tx: Tx) -> list[ActorRecord]:
        entry = await tx.project_entries.by_id(record.id)
        visibility = of_document(before, author.followers_url)
        return await within_reach(tx, people, visibility, entry.project_id if entry else None)

    return await context.store.query(reached)


def _asks_else(poll: PollRecord, draft: PollDraft) -> bool:
    """Whether a poll has other choices, or may be answered otherwise."""
    names = tuple(name for name, _ in choices(poll))
    return names != draft.options or bool(poll.multiple) != draft.multiple


def _poll(
    document: Mapping[str, Any], poll: PollRecord | None, revision: Revision, *, anew: bool
) -> dict[str, Any]:
    """The properties of a Question: with its votes, unless it asks something else."""
    if revision.poll is None:
        return {}
    if poll is not None and not anew:
        return with_counts({}, poll, revision.poll)
    return {name: document[name] for name in POLL if name in document}


def _moved(poll: PollRecord, draft: PollDraft) -> PollRecord:
    return PollRecord(
        poll.object_id,
        poll.multiple,
        poll.options,
        poll.voters_count,
        draft.closes_at,
        int(draft.hide_totals),
    )


async def _save_files(
    context: OutboxContext, tx: Tx, row: ObjectRecord, media: tuple[MediaRecord, ...]
) -> None:
    """Keep what is said of the files; those that are shown no more stay with earlier versions."""
    if not media:
        return
    ids = [one.id for one in media]
    if await tx.uploads.attach(ids, row.id, row.actor_id) != len(ids):
        raise ActRefused(422, "no-media", NO_MEDIA)
    for one in media:
        await tx.uploads.describe(one)
    entry = await tx.project_entries.by_id(row.id)
    if entry is not None:
        await refuse_overfull(tx, context, entry.project_id)


def _same(stored: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
    """Whether two versions say the same."""
    names = {*stored, *changed} - {"updated", "votersCount", "oneOf", "anyOf"}
    asked = [
        [option.get("name") for option in version.get("oneOf", version.get("anyOf", ()))]
        for version in (stored, changed)
    ]
    multiple = ["anyOf" in version for version in (stored, changed)]
    return (
        all(stored.get(name) == changed.get(name) for name in names)
        and asked[0] == asked[1]
        and multiple[0] == multiple[1]
    )
