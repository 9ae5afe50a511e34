"""A second pair of eyes: drafts that wait for review, are returned, or may be published."""

from dataclasses import replace
from typing import Literal

from actors.administration import audit
from actors.site import Policy
from federation.errors import Refused
from objects.experiences.drafts import Draft, Writer, load_draft, may_edit
from storage.drafts import DraftRecord
from storage.ids import new_id
from storage.records import NotificationRecord
from storage.store import Tx

Step = Literal["publish", "submit", "approve", "waiting", "agreement", "owner"]
MAX_NOTE = 2_000
KIND = "review"


def next_step(draft: Draft, writer: Writer, policy: Policy) -> Step:
    """What somebody who may read a draft can do with it now.

    `publish` at once, `submit` it for review, `approve` it (and so publish it), or only wait:
    for a reviewer, for whom it quotes (`agreement`), for whose name it bears (`owner`).
    """
    if not _agreed(draft, writer):
        return "agreement"
    if not needs_review(policy):
        return "publish" if _owns(draft, writer) else "owner"
    if may_approve(draft, writer, policy):
        return "approve" if draft.record.state == "review" else "publish"
    if draft.record.state == "review":
        return "waiting"
    return "submit" if _owns(draft, writer) else "owner"


def needs_review(policy: Policy) -> bool:
    """Whether what members write is read by an editor first."""
    return policy.review or policy.four_eyes


def may_approve(draft: Draft, writer: Writer, policy: Policy) -> bool:
    """Editors; with four eyes only those who wrote nothing of it."""
    if not writer.editor:
        return False
    return not (policy.four_eyes and writer.actor.id in draft.involved)


async def submit(tx: Tx, draft: Draft, writer: Writer, now: int) -> None:
    """Ask for a review; every other editor is told. Raises `Refused` 409."""
    await _move(tx, draft, replace(draft.record, state="review", review_note="", updated_at=now))
    await audit(tx, writer.actor.account, "draft submitted", _name(draft), "", now)
    for reviewer in await tx.drafts.reviewers():
        await _tell(tx, reviewer, writer, now)


async def give_back(tx: Tx, draft: Draft, writer: Writer, note: str, now: int) -> None:
    """Return a draft to its owner with what should change. Raises `Refused` 403, 409, 422."""
    if not writer.editor:
        raise Refused(403, "role-required", "This needs the role editor.")
    if not note.strip():
        raise Refused(422, "note-needed", "Say what should change.")
    returned = replace(
        draft.record,
        state="returned",
        reviewer_id=writer.actor.id,
        review_note=note.strip()[:MAX_NOTE],
        updated_at=now,
    )
    await _move(tx, draft, returned)
    await audit(tx, writer.actor.account, "draft returned", _name(draft), note[:200], now)
    await _tell(tx, draft.record.owner_id, writer, now)


async def agree(tx: Tx, draft_id: int, writer: Writer, revision: int, now: int) -> Draft:
    """Whoever was interviewed agrees to this revision. Raises `Refused` 403, 404, 409."""
    draft = await load_draft(tx, draft_id, writer)
    if draft.record.interviewed_id != writer.actor.id:
        raise Refused(403, "not-yours", "Only the person who was interviewed can agree.")
    if draft.record.revision != revision:
        raise _changed()
    await _move(tx, draft, replace(draft.record, agreed_revision=revision, updated_at=now))
    await _tell(tx, draft.record.owner_id, writer, now)
    return draft


async def ask_agreement(tx: Tx, draft: Draft, writer: Writer, now: int) -> None:
    """Tell whoever was interviewed, if they are a member here, that their words wait for them."""
    if draft.record.interviewed_id is not None:
        await _tell(tx, draft.record.interviewed_id, writer, now)


def _owns(draft: Draft, writer: Writer) -> bool:
    """Whether it is theirs to publish: co-authors publish changes, not the first version."""
    record = draft.record
    own = {writer.actor.id, writer.organisation_id} & {record.owner_id, record.author_id}
    return bool(own) or (record.object_id is not None and may_edit(draft, writer))


def _agreed(draft: Draft, writer: Writer) -> bool:
    """Whether the member who was interviewed agreed to what it says now."""
    record = draft.record
    if record.interviewed_id in (None, writer.actor.id):
        return True
    return record.agreed_revision == record.revision


async def _move(tx: Tx, draft: Draft, moved: DraftRecord) -> None:
    if not await tx.drafts.set_state(moved, draft.record.revision):
        raise _changed()


async def _tell(tx: Tx, owner_id: int, writer: Writer, now: int) -> None:
    if owner_id == writer.actor.id:
        return
    await tx.drafts.forget_news(owner_id, writer.actor.id)
    await tx.activities.notify(
        NotificationRecord(new_id(), owner_id, KIND, writer.actor.id, None, now, None)
    )


def _name(draft: Draft) -> str:
    return draft.experience.title[:100] or str(draft.record.id)


def _changed() -> Refused:
    return Refused(409, "draft-changed", "Somebody changed this draft meanwhile.")
