"""What clients write in projects: which project it is for, whom it reaches, what it says there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from federation.documents import Document
from federation.vocabulary import PROJECT
from objects.documents import COLLECTIONS
from objects.experiences.wire import is_experience
from objects.notes import NoteDraft, in_project, policy
from objects.projects.entries import OF_THE_GROUP, Entry, entry_of, entry_properties
from objects.projects.membership import steers
from objects.projects.store import entry_in
from objects.projects.wire import members_url
from objects.text import plain_text
from objects.visibility import Visibility
from objects.visibility import addressing as addressing_of
from outbox.acts.projects.entries import (
    EntryDraft,
    change_entry,
    check_new_milestone,
    publish_entry,
)
from outbox.acts.projects.placing import placed
from outbox.addressing import Addressing
from outbox.context import ActRefused, OutboxContext
from outbox.restricted import within_reach
from storage.projects import ProjectRecord
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

MEMBERS = "/members"
FOR_NOBODY = frozenset({"direct", "followers", "organisation"})
"""What reaches no server of another member is no entry of a project."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Something that a client wrote, with its project, if it is for one, and whom it is for."""

    addressing: Addressing
    group: ActorRecord | None = None
    entry: Entry | None = None


async def place(
    context: OutboxContext,
    actor: ActorRecord,
    posted: Document,
    written: Document,
    parent: ObjectRecord | None,
    people: Iterable[ActorRecord],
    addressing: Addressing,
) -> Placed:
    """The project that a client's object is for: its `audience`, that of what it answers, or one
    that it mentions.

    Without addresses it is for whom the project is. What is for its members names nobody else.
    Raises `ActRefused`: 403 for those who may not write there, 422 for what is for members of no
    project, and for what is for single people and yet for a project.
    """
    named = await _named(context, posted, written, addressing)
    claimed = bool(named)
    if len(named) > 1:
        raise ActRefused(422, "two-projects", "Something is for one project at most.")
    bare = _without(addressing, named)
    group, record = named[0] if named else (None, None)
    visibility = bare.visibility(actor)
    if record is not None and visibility == "direct" and not (bare.to or bare.cc):
        # An answer is for those whom what it answers is for, anything else for whom the project is.
        inside = parent is not None and parent.visibility == "project"
        visibility = "project" if inside else record.reach  # type: ignore[assignment]
        bare = _for(visibility, bare, actor)
    if claimed and visibility in FOR_NOBODY:
        raise ActRefused(422, "no-entry", "What is for single people is for no project.")
    draft = NoteDraft(
        "",
        visibility=visibility,
        in_reply_to=parent,
        project=group,
        entry=entry_of(written) if claimed or parent is not None else None,
    )
    named_people = list(people)
    mentioned = [*named_people, *await _addressed_projects(context, addressing)]
    found = await placed(context, actor, draft, mentioned)
    if found.project is None:
        return Placed(addressing)
    _check(written, visibility)
    bare = replace(bare, cc=(*bare.cc, *(person.url for person in named_people)))
    within = await _within(context, found.project, visibility, bare)
    return Placed(within, found.project, found.entry or Entry())


async def _named(
    context: OutboxContext,
    posted: Document,
    written: Document,
    addressing: Addressing,
) -> list[tuple[ActorRecord, ProjectRecord]]:
    """The projects that `audience` or the address of their members names.

    What is for the members of a project may name it among its addresses, too.
    """
    urls = [url for part in (posted, written) for url in part.ids("audience")]
    addresses = (*addressing.to, *addressing.cc)
    urls += [url.removesuffix(MEMBERS) for url in addresses if url.endswith(MEMBERS)]
    urls += addresses if PROJECT in addresses else ()

    async def look(tx: Tx) -> list[tuple[ActorRecord, ProjectRecord]]:
        found = [await tx.projects.by_url(url) for url in dict.fromkeys(urls)]
        return [one for one in found if one is not None]

    return await context.store.query(look)


async def _addressed_projects(context: OutboxContext, addressing: Addressing) -> list[ActorRecord]:
    """The projects among those whom something is addressed to: that is a mention, too."""

    async def look(tx: Tx) -> list[ActorRecord]:
        actors = await tx.actors.by_urls([*addressing.to, *addressing.cc])
        return [actor for actor in actors.values() if actor.type == "Group"]

    return await context.store.query(look)


def _without(addressing: Addressing, named: list[tuple[ActorRecord, ProjectRecord]]) -> Addressing:
    """The addresses without those of the project; its members alone become a reach."""
    if not named:
        return addressing
    urls = {url for group, _ in named for url in (group.url, members_url(group.url))}
    members = {members_url(group.url) for group, _ in named}
    inside = bool(members & {*addressing.to, *addressing.cc})
    to = tuple(url for url in addressing.to if url not in urls)
    cc = tuple(url for url in addressing.cc if url not in urls)
    return replace(addressing, to=(*to, *([PROJECT] if inside else [])), cc=cc)


def _for(visibility: Visibility, bare: Addressing, actor: ActorRecord) -> Addressing:
    """The addresses of something that is for these readers and names nobody."""
    to, cc = addressing_of(visibility, actor.followers_url, [])
    return replace(bare, to=tuple(to), cc=tuple(cc))


def _check(written: Document, visibility: Visibility) -> None:
    if any(kind in COLLECTIONS for kind in written.types):
        raise ActRefused(422, "no-entry", "A collection is no entry of a project.")
    if visibility == "project" and is_experience(written):
        raise ActRefused(422, "no-entry", "An experience is for more than a project's members.")


async def _within(
    context: OutboxContext, group: ActorRecord, visibility: Visibility, bare: Addressing
) -> Addressing:
    """The addresses of an entry; what is for members alone names nobody else, in secret neither."""
    to, cc = list(bare.to), list(bare.cc)
    if visibility == "project":
        known = await context.store.query(lambda tx: _members(tx, group))
        to, cc = [PROJECT], [url for url in (*to, *cc) if url in known]
    cc = [url for url in dict.fromkeys(cc) if url not in to]
    to, cc = in_project(group, visibility, to, cc)
    hidden = () if visibility == "project" else bare.hidden
    return Addressing(tuple(to), tuple(cc), hidden)


async def _members(tx: Tx, group: ActorRecord) -> set[str]:
    return {person.url for _, person in await tx.projects.memberships(group.id)}


def as_entry(document: dict[str, Any], place: Placed, actor: ActorRecord) -> dict[str, Any]:
    """A finished object with its project and what it says there; an experience keeps its terms."""
    if place.group is None or place.entry is None:
        return document
    whole = {**document, "audience": place.group.url}
    if place.addressing.visibility(actor) == "project":
        whole["interactionPolicy"] = policy("project", actor)
    if is_experience(Document(document)):
        return whole
    return _said(whole, place.entry)


def _said(document: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """A document whose terms of ours are exactly those of an entry."""
    kept = {
        name: value
        for name, value in document.items()
        if not name.startswith("cmt:") and name != "schema:license"
    }
    return kept | entry_properties(entry)


async def create_for_project(
    context: OutboxContext, actor: ActorRecord, written: Document, place: Placed
) -> ActivityRecord | None:
    """A milestone or a call that a lead wrote: the project publishes it. None for what else is.

    Raises `ActRefused` for those who do not lead it, here.
    """
    group, entry = place.group, place.entry
    if group is None or entry is None or entry.kind not in OF_THE_GROUP:
        return None
    membership = await context.store.query(lambda tx: tx.projects.membership(group.id, actor.id))
    if not group.local or not steers(membership):
        detail = "Milestones and calls belong to the project: propose them with an Offer."
        raise ActRefused(403, "not-a-lead", detail)
    reach = place.addressing.visibility(actor)
    draft = EntryDraft(
        entry=entry,
        text=_markdown(written) or "",
        reach=reach if reach in ("public", "network", "project") else None,
    )
    record = await publish_entry(context, actor, group, draft)
    made = await context.store.query(
        lambda tx: tx.activities.latest(group.id, "Create", record.url)
    )
    assert made is not None
    return made


def _markdown(written: Document) -> str | None:
    """The text of what a client wrote: as it was typed, or what is to be read of it."""
    source = written.embedded("source")
    if source is not None and (source.text("mediaType") or "").startswith("text/markdown"):
        return source.text("content")
    content = written.text("content")
    return plain_text(content) if content is not None else None


async def belongs_to(
    context: OutboxContext, record: ObjectRecord
) -> tuple[ActorRecord, Entry] | None:
    """The project of a stored object, and what it says there; None for what is no entry."""

    async def look(tx: Tx) -> ActorRecord | None:
        row = await tx.project_entries.by_id(record.id)
        return await tx.actors.by_id(row.project_id) if row is not None else None

    group = await context.store.query(look)
    return None if group is None else (group, entry_in(record))


async def update_for_project(
    context: OutboxContext,
    actor: ActorRecord,
    record: ObjectRecord,
    changes: Document,
) -> ActivityRecord:
    """A lead's change of what belongs to the project. Raises `ActRefused`."""
    known = entry_in(record)
    said = Document({**entry_properties(known), **_terms(changes)})
    changed = replace(entry_of(said), kind=known.kind, unknown=known.unknown)
    return await change_entry(context, actor, record, entry=changed, text=_markdown(changes))


def _terms(changes: Document) -> dict[str, Any]:
    return {
        name: value
        for name, value in changes.raw.items()
        if name.startswith("cmt:") or name in ("name", "schema:license")
    }


async def updated_entry(
    context: OutboxContext,
    group: ActorRecord,
    known: Entry,
    record: ObjectRecord,
    document: dict[str, Any],
) -> dict[str, Any]:
    """The merged document of a changed entry: the same kind, for the same readers."""
    if record.visibility == "project":
        urls = [*Document(document).ids("cc")]

        async def reached(tx: Tx) -> set[str]:
            people = await tx.actors.by_urls(urls)
            found = await within_reach(tx, people.values(), "project", group.id)
            return {person.url for person in found}

        kept = await context.store.query(reached) | {group.url}
        document = {**document, "cc": [url for url in urls if url in kept]}
    if is_experience(Document(document)):
        return document
    entry = replace(entry_of(Document(document)), kind=known.kind, unknown=known.unknown)
    writer = await context.store.query(lambda tx: tx.actors.by_id(record.actor_id))
    assert writer is not None
    await check_new_milestone(context, writer, group, record, known, entry)
    return _said(document, entry)
