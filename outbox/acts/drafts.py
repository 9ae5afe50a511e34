"""A draft becomes an experience, exactly once; or the next version of one."""

from objects.experiences.changing import still_allowed
from objects.experiences.drafts import Draft, Writer
from objects.experiences.review import KIND
from objects.projects.blocks import waiting_of
from outbox.acts.experiences import change_experience, publish_experience
from outbox.context import ActRefused, OutboxContext
from storage.ids import new_id
from storage.records import ActorRecord, AuditRecord, NotificationRecord, ObjectRecord
from storage.store import Tx

NOT_CONFIRMED = "Confirm every part that was taken from the project's notes first."


async def publish_draft(
    context: OutboxContext, draft: Draft, writer: Writer, *, approving: bool = False
) -> ObjectRecord:
    """Publish a draft in its author's name; it is gone in the same transaction.

    `approving`: by whoever reviewed it. Raises `ActRefused`: 409 `draft-changed` when it is not
    what was read any more (or was published already), 409 `changed-meanwhile` when the
    experience that it changes was changed since; then both are kept; 409 `not-confirmed` while
    its author has not confirmed every block that came from a project's notes. What was imported
    keeps its date, and nobody is told of it.
    """
    record = draft.record
    author, before = await _prepared(context, draft, writer)
    editor = None if author.id == writer.actor.id else writer.actor
    files = [media.id for media in draft.media]

    imported = await context.store.query(lambda tx: tx.imports.of_draft(record.id))

    async def finish(tx: Tx, published: ObjectRecord) -> None:
        if imported is not None:
            await tx.imports.draft_published(record.id, published.id)
        if not await tx.drafts.remove(record.id, record.revision):
            raise ActRefused(409, "draft-changed", "This draft was changed or published meanwhile.")
        if before is not None:
            await _check_base(tx, draft)
        if approving:
            await _approved(tx, draft, writer, published, context.now())

    if before is None:
        at = imported.published_at if imported is not None else None
        return await publish_experience(
            context,
            author,
            draft.experience,
            editor=editor,
            media_ids=files,
            published_at=at,
            quiet=at is not None,
            also=finish,
        )
    await change_experience(
        context, author, before, draft.experience, editor=editor, media_ids=files, also=finish
    )
    return before


async def _prepared(
    context: OutboxContext, draft: Draft, writer: Writer
) -> tuple[ActorRecord, ObjectRecord | None]:
    """The author, who owns the files now, and the published experience if there is one."""
    record = draft.record

    async def operation(tx: Tx) -> tuple[ActorRecord, ObjectRecord | None]:
        author = await tx.actors.by_id(record.author_id)
        if author is None or author.state != "active":
            raise ActRefused(403, "no-author", "Nobody can publish in this name any more.")
        before = None if record.object_id is None else await tx.objects.by_id(record.object_id)
        if record.object_id is not None and (before is None or before.deleted_at is not None):
            raise ActRefused(410, "gone", "This experience was withdrawn meanwhile.")
        if not await still_allowed(tx, draft, writer):
            raise ActRefused(403, "not-yours", "This is not yours to publish any more.")
        if await waiting_of(tx, record.id, draft.experience):
            raise ActRefused(409, "not-confirmed", NOT_CONFIRMED)
        await tx.drafts.own_files(record.id, record.author_id)
        return author, before

    return await context.store.write(operation)


async def _check_base(tx: Tx, draft: Draft) -> None:
    """The version that was just replaced must be the one from which the draft began."""
    record = draft.record
    assert record.object_id is not None
    versions = await tx.experiences.versions(record.object_id)
    if not versions or versions[-1].created_at != record.base_at:
        raise ActRefused(409, "changed-meanwhile", "Somebody published another version meanwhile.")


async def _approved(
    tx: Tx, draft: Draft, writer: Writer, published: ObjectRecord, now: int
) -> None:
    """The audit line, and the news for whoever wrote it."""
    await tx.ledger.audit(
        AuditRecord(new_id(), writer.actor.account, "draft approved", published.url, "", now)
    )
    if draft.record.owner_id != writer.actor.id:
        await tx.activities.notify(
            NotificationRecord(
                new_id(), draft.record.owner_id, KIND, writer.actor.id, published.id, now, None
            )
        )
