"""Showing hashtags on one's profile: in the `featuredTags` collection, and told to followers."""

from typing import Any, Final

from actors.identifiers import Identifiers
from federation.vocabulary import PUBLIC
from objects.tags import hashtag_document
from outbox.builders import add, remove
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActorRecord
from storage.store import Tx
from storage.tags import TagRecord

MAX_FEATURED_TAGS: Final = 10


async def feature_tag(context: OutboxContext, actor: ActorRecord, name: str) -> bool:
    """Show a hashtag (as it compares); False when it was shown.

    Raises `ActRefused` past ten hashtags.
    """

    async def operation(tx: Tx) -> bool:
        shown = await tx.tags.featured(actor.id)
        if any(record.name == name for record in shown):
            return False
        if len(shown) >= MAX_FEATURED_TAGS:
            detail = "Validation failed: You have already featured the maximum number of hashtags"
            raise ActRefused(422, "too-many", detail)
        await tx.tags.feature(TagRecord(new_id(), actor.id, name, context.now()))
        document = add.build(*_about(context.identifiers, actor, name))
        await _tell(context, tx, actor, document)
        return True

    return await context.store.write(operation)


async def unfeature_tag(context: OutboxContext, actor: ActorRecord, name: str) -> bool:
    """Show a hashtag no longer; False when it was not shown."""

    async def operation(tx: Tx) -> bool:
        if not await tx.tags.unfeature(actor.id, name):
            return False
        document = remove.build(*_about(context.identifiers, actor, name))
        await _tell(context, tx, actor, document)
        return True

    return await context.store.write(operation)


def _about(
    identifiers: Identifiers, actor: ActorRecord, name: str
) -> tuple[dict[str, Any], str, list[str], list[str]]:
    """Object, collection and audience; Mastodon names the collection of pins for hashtags too."""
    hashtag = hashtag_document(identifiers, name)
    return hashtag, actor.featured_url, [PUBLIC], [actor.followers_url]


async def _tell(
    context: OutboxContext, tx: Tx, actor: ActorRecord, document: dict[str, Any]
) -> None:
    recipients = Recipients(followers_of=actor.id)
    await context.publisher.publish(tx, actor, document, recipients=recipients, visibility="public")
