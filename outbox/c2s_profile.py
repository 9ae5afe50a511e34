"""A client's `Update` of its own actor."""

from actors.local import ProfileChanges
from actors.local import update_profile as save_profile
from actors.whole import whole_document
from federation.documents import Document
from outbox.acts.change import tell_profile
from outbox.acts.follow import accept_waiting
from outbox.context import OutboxContext
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx


async def update_profile(
    context: OutboxContext, actor: ActorRecord, changes: Document
) -> ActivityRecord:
    """Save the profile properties that a client sent, and tell the followers."""
    return await change_profile(context, actor, profile_changes(changes))


async def change_profile(
    context: OutboxContext, actor: ActorRecord, wanted: ProfileChanges
) -> ActivityRecord:
    """Save a changed profile, and tell the followers.

    Whoever is locked no more accepts all who wait for an answer.
    """

    async def operation(tx: Tx) -> ActivityRecord:
        changed = await save_profile(tx, actor, wanted, context.now())
        document = await whole_document(tx, context.identifiers, changed)
        told = await tell_profile(context, tx, changed, document)
        if actor.locked and not changed.locked:
            await accept_waiting(tx, context.publisher, changed)
        return told

    return await context.store.write(operation)


def profile_changes(changes: Document) -> ProfileChanges:
    """What an actor document changes; what it does not name stays."""
    return ProfileChanges(
        name=_text(changes, "name"),
        summary=_text(changes, "summary"),
        icon=_picture(changes, "icon"),
        image=_picture(changes, "image"),
        fields=_fields(changes),
        also_known_as=changes.ids("alsoKnownAs") if changes.has("alsoKnownAs") else None,
        locked=_flag(changes, "manuallyApprovesFollowers"),
        discoverable=_flag(changes, "discoverable"),
        indexable=_flag(changes, "indexable"),
    )


def _text(changes: Document, name: str) -> str | None:
    if not changes.has(name) and not changes.has(name + "Map"):
        return None
    return changes.text(name) or ""


def _flag(changes: Document, name: str) -> bool | None:
    return changes.flag(name) if changes.has(name) else None


def _picture(changes: Document, name: str) -> str | None:
    if not changes.has(name):
        return None
    picture = changes.embedded(name)
    return (picture.first_id("url") if picture else changes.first_id(name)) or ""


def _fields(changes: Document) -> list[tuple[str, str]] | None:
    if not changes.has("attachment"):
        return None
    return [
        (field.text("name") or "", field.text("value") or "")
        for field in changes.items("attachment")
        if field.type == "PropertyValue"
    ]
