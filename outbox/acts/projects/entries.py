"""Writing, changing and withdrawing the entries of a project, here or elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from actors.documents import wire_time
from federation.documents import Document
from objects.experiences.fields import LICENCES
from objects.notes import NoteDraft, build_object
from objects.polls import PollDraft, question_document
from objects.projects.entries import OF_THE_GROUP, STATES, Entry, entry_of, first_state
from objects.projects.facts import facts
from objects.projects.fields import ProjectReach
from objects.reading import mentions_of
from objects.visibility import Visibility
from outbox.acts.change import edit, withdraw
from outbox.acts.create import find_people, post
from outbox.acts.projects.placing import check_milestone
from outbox.acts.projects.spaces import hosted_and_led
from outbox.context import ActRefused, Also, OutboxContext
from outbox.restricted import within_reach
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

MAX_TITLE = 150
RENEWED = ("name", "content", "contentMap", "source", "tag", "sensitive", "summary", "updated")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """An entry as somebody writes it; `text` is Markdown. Without `reach`: as the project is.

    A call is for everybody, whatever else is said.
    """

    entry: Entry
    text: str = ""
    reach: ProjectReach | None = None
    language: str = ""
    media_ids: tuple[int, ...] = ()
    poll: PollDraft | None = None
    in_reply_to: ObjectRecord | None = None


async def publish_entry(
    context: OutboxContext,
    author: ActorRecord,
    group: ActorRecord,
    draft: EntryDraft,
    *,
    also: Also | None = None,
) -> ObjectRecord:
    """Publish an entry in a project of this or another server.

    Milestones and calls belong to the project: its leads write them, where it lives. `also` runs
    in the same transaction. Raises `ActRefused` for those who may not publish there, and for what
    is missing.
    """
    _check(draft)
    if draft.entry.kind == "call" and (draft.entry.due_at or context.now()) < context.now():
        raise ActRefused(422, "over", "The last day to answer is over already.")
    draft = replace(draft, entry=_begun(draft))
    writer = author
    if draft.entry.kind in OF_THE_GROUP:
        await context.store.query(lambda tx: hosted_and_led(tx, author, group))
        writer = group
    return await post(
        context,
        writer,
        NoteDraft(
            draft.text,
            visibility=await _visibility(context, group, draft),
            in_reply_to=draft.in_reply_to,
            language=draft.language or context.language,
            media_ids=draft.media_ids,
            markdown=True,
            poll=draft.poll,
            project=group,
            entry=draft.entry,
            footer=await _footer(context, draft.entry, draft.language or context.language),
        ),
        also=also,
    )


async def change_entry(
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    *,
    entry: Entry | None = None,
    text: str | None = None,
) -> ActivityRecord:
    """Change what an entry says; its reach and place stay, and so does what is not given.

    What belongs to the project is changed by its leads. Raises `ActRefused`.
    """
    group = await project_of(context, record)
    if await _said_before_it_moved(context, group, record):
        return await _say_again(context, author, group, record, entry, text)
    writer = author
    if record.actor_id == group.id:
        await context.store.query(lambda tx: hosted_and_led(tx, author, group))
        writer = group
    return await renew(context, writer, group, record, entry=entry, text=text)


async def _said_before_it_moved(
    context: OutboxContext, group: ActorRecord, record: ObjectRecord
) -> bool:
    """Whether a milestone or call was written by the project at its former home."""
    author = await context.store.query(lambda tx: tx.actors.by_id(record.actor_id))
    return author is not None and author.id != group.id and author.moved_to == group.url


async def _say_again(
    context: OutboxContext,
    lead: ActorRecord,
    group: ActorRecord,
    record: ObjectRecord,
    entry: Entry | None,
    text: str | None,
) -> ActivityRecord:
    """A milestone or call of the project's former home, changed: a new one that stands for it."""
    stored = Document(orjson.loads(record.document))
    known = entry_of(stored)
    changed = replace(entry or known, kind=known.kind, unknown=known.unknown, replaces=record.url)
    source = stored.embedded("source")
    said = text if text is not None else (source.text("content") if source else None) or ""
    reach: ProjectReach = record.visibility  # type: ignore[assignment]  # that of an entry
    draft = EntryDraft(entry=changed, text=said, reach=reach)
    made = await publish_entry(context, lead, group, draft)

    async def created(tx: Tx) -> ActivityRecord | None:
        return await tx.activities.by_url(await tx.activities.came_with(made.id) or "")

    activity = await context.store.query(created)
    assert activity is not None
    return activity


async def renew(
    context: OutboxContext,
    writer: ActorRecord,
    group: ActorRecord,
    record: ObjectRecord,
    *,
    entry: Entry | None = None,
    text: str | None = None,
) -> ActivityRecord:
    """`change_entry` once it is known that `writer` is its author, a person here or the Group."""
    stored: dict[str, Any] = orjson.loads(record.document)
    before = Document(stored)
    known = entry_of(before)
    changed = replace(entry or known, kind=known.kind, unknown=known.unknown)
    if text is None:
        source = before.embedded("source")
        text = (source.text("content") if source else None) or ""
    _check(EntryDraft(entry=changed, text=text))
    await check_new_milestone(context, writer, group, record, known, changed)
    document = await _rewritten(context, writer, group, record, stored, changed, text)
    return await edit(context, writer, record, document)


async def check_new_milestone(
    context: OutboxContext,
    writer: ActorRecord,
    group: ActorRecord,
    record: ObjectRecord,
    before: Entry,
    changed: Entry,
) -> None:
    """Raise `ActRefused` for a change to what is no milestone of the project.

    The one that it had may stay, though it is gone.
    """

    async def look(tx: Tx) -> None:
        row = await tx.project_entries.by_id(record.id)
        stays = {"", before.milestone, row.milestone if row is not None else ""}
        if changed.milestone not in stays:
            await check_milestone(tx, writer, group, changed.milestone)

    await context.store.query(look)


async def withdraw_entry(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord
) -> ActivityRecord:
    """Delete an entry: one's own, or as a lead what belongs to the project."""
    group = await project_of(context, record)
    if record.actor_id != group.id:
        return await withdraw(context, author, record)
    await context.store.query(lambda tx: hosted_and_led(tx, author, group))
    return await withdraw(context, group, record)


async def _rewritten(
    context: OutboxContext,
    writer: ActorRecord,
    group: ActorRecord,
    record: ObjectRecord,
    stored: dict[str, Any],
    entry: Entry,
    text: str,
) -> dict[str, Any]:
    """The stored document with another text and other fields, for the same readers."""
    visibility: Visibility = record.visibility  # type: ignore[assignment]  # read from our own row
    named = (await find_people(context, writer, text)).values()

    async def reached(tx: Tx) -> list[ActorRecord]:
        known = await tx.actors.by_urls(list(mentions_of(Document(stored))))
        people = {person.id: person for person in (*named, *known.values())}
        return await within_reach(tx, people.values(), visibility, group.id)

    people = await context.store.query(reached)
    language, now = _language(stored, context.language), context.now()
    draft = NoteDraft(
        text,
        visibility=visibility,
        markdown=True,
        project=group,
        entry=entry,
        language=language,
        footer=await _footer(context, entry, language),
    )
    written = build_object(draft, writer, record.id, people, context.identifiers, now)
    again = _renewed(entry)
    kept = {name: value for name, value in stored.items() if not again(name)}
    said = {name: value for name, value in written.items() if again(name)}
    poll = await context.store.query(lambda tx: tx.objects.poll(record.id))
    if poll is not None:
        kept = question_document(kept, poll, now)
    return kept | said | {"updated": wire_time(now)}


def _renewed(entry: Entry) -> Callable[[str], bool]:
    """Which properties of an entry's document its change writes anew; its files stay."""
    ours = {*RENEWED, "endTime"} if entry.kind == "call" else {*RENEWED}
    return lambda name: name in ours or name.startswith(("cmt:", "schema:"))


async def _footer(context: OutboxContext, entry: Entry, language: str) -> str:
    """What an entry says beside its text, for those who show the text alone."""

    async def names(tx: Tx) -> dict[str, str]:
        concepts = await tx.concepts.by_uris(entry.skills)
        people = await tx.actors.by_urls([entry.responsible] if entry.responsible else [])
        named = {url: person.name or person.username for url, person in people.items()}
        return {uri: one.label(language) for uri, one in concepts.items()} | named

    return facts(entry, language, await context.store.query(names))


def _language(stored: dict[str, Any], fallback: str) -> str:
    return next(iter(Document(stored).texts("content")), fallback)


async def _visibility(context: OutboxContext, group: ActorRecord, draft: EntryDraft) -> Visibility:
    if draft.entry.kind == "call":
        return "public"
    if draft.reach is not None:
        return draft.reach
    project = await context.store.query(lambda tx: tx.projects.by_id(group.id))
    if project is None:
        raise ActRefused(404, "no-project", "There is no such project.")
    found: Visibility = project.reach  # type: ignore[assignment]  # checked when it was stored
    return found


async def project_of(context: OutboxContext, record: ObjectRecord) -> ActorRecord:
    """The Group of the project that an object belongs to. Raises `ActRefused` 404."""

    async def look(tx: Tx) -> ActorRecord | None:
        entry = await tx.project_entries.by_id(record.id)
        return await tx.actors.by_id(entry.project_id) if entry is not None else None

    group = await context.store.query(look)
    if group is None:
        raise ActRefused(404, "no-entry", "That belongs to no project.")
    return group


def _begun(draft: EntryDraft) -> Entry:
    """The entry in its first state unless it names one; what nobody votes on is decided already."""
    state = first_state(draft.entry.kind)
    if draft.entry.kind == "decision" and draft.poll is None:
        state = "adopted"
    return replace(draft.entry, state=draft.entry.state or state)


def _check(draft: EntryDraft) -> None:
    entry = draft.entry
    if not (draft.text.strip() or entry.title.strip() or entry.link):
        raise ActRefused(422, "empty", "An entry needs a title or a text.")
    if entry.kind in OF_THE_GROUP and not entry.title.strip():
        raise ActRefused(422, "no-title", "A milestone or a call needs a title.")
    if entry.due and entry.due_at is None:
        raise ActRefused(422, "no-day", f"{entry.due[:20]!r} is no day.")
    if entry.licence and entry.licence not in LICENCES:
        raise ActRefused(422, "no-licence", f"{entry.licence[:40]!r} is no licence known here.")
    if len(entry.title) > MAX_TITLE:
        raise ActRefused(422, "too-long", f"A title has at most {MAX_TITLE} characters.")
    if entry.state and entry.state not in STATES.get(entry.kind, ()):
        raise ActRefused(422, "unknown-state", f"{entry.state!r} is no state of a {entry.kind}.")
