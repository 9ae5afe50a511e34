"""A note that was kept for later is published, exactly once."""

from outbox.acts.projects.entries import EntryDraft, publish_entry
from outbox.context import ActRefused, OutboxContext
from storage.project_drafts import ProjectDraftRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


async def publish_note(
    context: OutboxContext,
    author: ActorRecord,
    group: ActorRecord,
    draft: EntryDraft,
    kept: ProjectDraftRecord | None,
) -> ObjectRecord:
    """Publish a note; the draft that it was is gone in the same transaction.

    Raises `ActRefused` as `publish_entry`, and 409 `draft-changed` when the draft is not what was
    read any more, or was published already; whatever is refused stays a draft.
    """

    async def finish(tx: Tx, _: ObjectRecord) -> None:
        if kept is not None and not await tx.project_drafts.remove(kept.id, kept.revision):
            raise ActRefused(409, "draft-changed", "This draft was changed or published meanwhile.")

    return await publish_entry(context, author, group, draft, also=finish)
