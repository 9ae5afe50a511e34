"""Publishing an experience and changing it; what it adapts and who wrote it hear of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from actors.administration import has_role
from federation.errors import FederationError
from objects.emojis import with_emojis
from objects.experiences.documents import experience_document
from objects.experiences.fields import REACHES, Contributor, Experience
from objects.experiences.notices import notice_kinds
from objects.experiences.reading import concepts_of
from objects.incoming import IncomingObject, store_object
from objects.media import attachment_document
from objects.projects.store import keep_entry
from outbox.acts.change import edit, must_own
from outbox.acts.create import audience
from outbox.acts.lineage import ancestors, original
from outbox.acts.projects.placing import placed_experience
from outbox.builders import create
from outbox.context import ActRefused, Also, OutboxContext
from outbox.own_objects import own_object
from outbox.restricted import is_wider, within_reach
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Tx

MAX_COAUTHORS: Final = 15


@dataclass(frozen=True, slots=True)
class _Written:
    """An experience ready to be stored: its document, its rows, and the people whom it names."""

    document: dict[str, Any]
    incoming: IncomingObject
    people: tuple[ActorRecord, ...]


async def publish_experience(
    context: OutboxContext,
    author: ActorRecord,
    experience: Experience,
    *,
    editor: ActorRecord | None = None,
    media_ids: Sequence[int] = (),
    published_at: int | None = None,
    quiet: bool = False,
    also: Also | None = None,
) -> ObjectRecord:
    """Publish an experience of `author`; `editor` is the person behind an organisation's name.

    Co-authors and the authors of everything that it adapts are addressed and told, on other
    servers too, as far as its reach goes. With `quiet` (imports) nobody is told and nothing is
    sent: it stands in the outbox and on pages at `published_at`, in milliseconds. Raises
    `ActRefused`: 403 for readers, 422 for co-authors, originals or files that are not to be had,
    and for a project in which the author may not publish what is for its members.
    """
    await check_may_publish(context, editor or author)
    now = context.now()
    at = now if published_at is None else min(max(published_at, 0), now)
    number = new_id(at) if quiet else new_id()
    experience, group = await placed_experience(context, author, experience, None)
    files = await _files(context, author, media_ids, None, guarded=experience.reach == "project")
    settled = await _settled(context, author, experience, None)
    written = await _written(context, author, settled, number, at, files=files, group=group)
    record = written.incoming.record

    async def operation(tx: Tx) -> None:
        if not await store_object(tx, written.incoming):
            raise ActRefused(409, "exists", f"There is already an object {record.url}.")
        await tx.experiences.set_editor(record.id, _other(editor, author))
        if group is not None:
            await keep_entry(tx, group.id, record, "", now)
        await tx.ledger.set_files(record.id, list(media_ids))
        named = {person.url: person for person in (*written.people, *([group] if group else []))}
        await context.publisher.publish(
            tx,
            author,
            create.build(written.document),
            recipients=audience(author, record, named),
            object_id=record.id,
            visibility=record.visibility,
            activity_id=new_id(at) if quiet else None,
            quiet=quiet,
        )
        if also is not None:
            await also(tx, record)

    await context.store.write(operation)
    return record


async def change_experience(
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    experience: Experience,
    *,
    editor: ActorRecord | None = None,
    media_ids: Sequence[int] | None = None,
    also: Also | None = None,
) -> ActivityRecord:
    """Publish another version of an experience; the earlier one is kept with who made it.

    `media_ids` are all files after the change, in order; None leaves them as they are. The
    reach may grow, but not shrink: what was sent cannot be called back by a change. Raises
    `ActRefused` as `publish_experience` does, 403 for what is somebody else's, 410 for what was
    withdrawn, 422 `reach-narrower`.
    """
    must_own(author, record)
    await check_may_publish(context, editor or author)
    _check_reach(record, experience)
    stored = orjson.loads(record.document)
    files = stored.get("attachment", [])
    experience, group = await placed_experience(context, author, experience, record)
    if media_ids is not None:
        guarded = experience.reach == "project"
        files = await _files(context, author, media_ids, record.id, guarded=guarded)
    settled = await _settled(context, author, experience, record)
    now = context.now()
    written = await _written(
        context,
        author,
        settled,
        record.id,
        now,
        files=files,
        published=record.published_at,
        group=group,
    )
    document = written.document | _kept(stored, record)

    async def finish(tx: Tx, published: ObjectRecord) -> None:
        if media_ids is not None:
            await tx.ledger.set_files(record.id, list(media_ids))
        await _tell(tx, author, published, settled, written.people, now)
        if also is not None:
            await also(tx, published)

    return await edit(
        context,
        author,
        record,
        document,
        experience=settled,
        editor_id=_other(editor, author),
        also=finish,
    )


async def check_may_publish(context: OutboxContext, person: ActorRecord) -> None:
    """Raise `ActRefused` 403 when a person here may only read and comment."""
    member = await context.store.query(lambda tx: tx.members.by_actor(person.id))
    if member is not None and not has_role(member, "member"):
        raise ActRefused(403, "role-required", "Publishing needs the role member.")


def _check_reach(record: ObjectRecord, experience: Experience) -> None:
    before, after = record.visibility, experience.reach
    if before not in REACHES or before == after:
        return
    # A project has members elsewhere, and not everybody here belongs to it.
    if after in {"organisation", "project"} or not is_wider(after, before):
        detail = "What was published cannot be shown to fewer people: withdraw it, publish anew."
        raise ActRefused(422, "reach-narrower", detail)


def _other(editor: ActorRecord | None, author: ActorRecord) -> int | None:
    return editor.id if editor is not None and editor.id != author.id else None


def _kept(stored: dict[str, Any], record: ObjectRecord) -> dict[str, Any]:
    """What a change leaves as it was: the place in a conversation, an audience of its own."""
    names = ["inReplyTo", "context", "conversation"]
    if record.visibility not in REACHES:
        names += ["to", "cc"]
    return {name: stored[name] for name in names if name in stored}


async def _files(
    context: OutboxContext,
    author: ActorRecord,
    media_ids: Sequence[int],
    shown_by: int | None,
    *,
    guarded: bool = False,
) -> list[dict[str, Any]]:
    """The files as attachments, in order; each once, the author's own and shown nowhere else.

    `guarded`: for the members of a project alone.
    """

    async def operation(tx: Tx) -> list[dict[str, Any]]:
        known = await tx.ledger.media_by_ids(list(media_ids))
        found = [known.get(number) for number in dict.fromkeys(media_ids)]
        for media in found:
            if media is None or media.actor_id != author.id:
                raise ActRefused(422, "no-media", "A file is missing.")
            if media.object_id not in (None, shown_by):
                raise ActRefused(422, "no-media", "A file is shown elsewhere already.")
        return [
            attachment_document(media, context.identifiers, guarded=guarded)
            for media in found
            if media
        ]

    return await context.store.query(operation)


async def _settled(
    context: OutboxContext,
    author: ActorRecord,
    experience: Experience,
    before: ObjectRecord | None,
) -> Experience:
    """The experience with its people and its original under the addresses that they have."""
    coauthors = await _coauthors(context, author, experience)
    adapted_from = experience.adapted_from
    if adapted_from:
        adapted_from = await original(context, author, adapted_from, before)
    carried_by = experience.carried_by or await _organisation(context, author)
    return replace(
        experience, contributors=coauthors, adapted_from=adapted_from, carried_by=carried_by
    )


async def _coauthors(
    context: OutboxContext, author: ActorRecord, experience: Experience
) -> tuple[Contributor, ...]:
    """The co-authors by their ids, each once; those known already are not asked for again."""
    wanted = experience.contributors
    if len(wanted) > MAX_COAUTHORS:
        raise ActRefused(422, "too-many-coauthors", f"At most {MAX_COAUTHORS} co-authors.")
    known = await context.store.query(lambda tx: tx.actors.by_urls([c.url for c in wanted]))
    found: dict[str, Contributor] = {}
    for contributor in wanted:
        url = contributor.url
        if url not in known:
            try:
                url = (await context.remote.resolve(url)).url
            except (FederationError, LookupError, ValueError):
                raise ActRefused(422, "no-coauthor", f"Nobody is found under {url}.") from None
        if url != author.url:
            found.setdefault(url, Contributor(url, contributor.role))
    return tuple(found.values())


async def _organisation(context: OutboxContext, author: ActorRecord) -> str:
    """Who carries what an author here publishes, unless it is said."""
    if author.type == "Organization":
        return author.url
    here = await context.store.query(lambda tx: tx.actors.all_local())
    return next((a.url for a in here if a.type == "Organization" and a.state == "active"), "")


async def _written(
    context: OutboxContext,
    author: ActorRecord,
    experience: Experience,
    number: int,
    now: int,
    *,
    files: Sequence[dict[str, Any]],
    published: int | None = None,
    group: ActorRecord | None = None,
) -> _Written:
    line = await ancestors(context, author, experience.adapted_from)

    async def operation(tx: Tx) -> tuple[list[ActorRecord], dict[str, Any]]:
        urls = [other.url for other in experience.contributors]
        urls += await tx.experiences.authors_of(line)
        found = await tx.actors.by_urls(list(dict.fromkeys(urls)))
        living = [
            found[url]
            for url in dict.fromkeys(urls)
            if url in found and url != author.url and found[url].state == "active"
        ]
        concepts: dict[str, Any] = dict(await concepts_of(tx, [experience]))
        group_id = group.id if group is not None else None
        return await within_reach(tx, living, experience.reach, group_id), concepts

    people, concepts = await context.store.query(operation)
    document = experience_document(
        experience,
        author,
        number,
        context.identifiers,
        now,
        concepts=concepts,
        attachments=files,
        published=published,
        people=people,
        group=group,
    )
    document = await with_emojis(context.store, context.identifiers, document)
    incoming = own_object(document, author, number, context.now())
    assert incoming.experience is not None
    kept = replace(incoming.experience, consent=experience.consent)
    return _Written(document, replace(incoming, experience=kept), tuple(people))


async def _tell(
    tx: Tx,
    author: ActorRecord,
    record: ObjectRecord,
    experience: Experience,
    people: Sequence[ActorRecord],
    now: int,
) -> None:
    """Tell those here whom a new version names; whoever was told before hears nothing."""
    here = {person.id for person in people if person.local}
    for owner_id, kind in sorted((await notice_kinds(tx, experience, here)).items()):
        await tx.activities.notify(
            NotificationRecord(new_id(), owner_id, kind, author.id, record.id, now, None)
        )
