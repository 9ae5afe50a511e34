"""Private conversations as members see them listed: kept when a private post comes or goes."""

from collections.abc import Iterable

from storage.conversations import Said
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


async def keep_conversation(
    tx: Tx, author: ActorRecord, record: ObjectRecord, addressed: Iterable[int]
) -> None:
    """Put a private post into the conversations of those here who wrote or got it.

    A conversation is one of the same people: who is named later begins another one. Nothing is
    kept for those who do not want to hear the author.
    """
    owners = await tx.conversations.listeners(sorted({*addressed, author.id}), author.id)
    if not owners:
        return
    everybody = {*await tx.objects.audience(record.id), author.id}
    await tx.conversations.keep(
        [
            Said(
                owner,
                record.conversation or record.url,
                participants(everybody - {owner}),
                record.id,
                unread=owner != author.id,
            )
            for owner in owners
        ]
    )
    await tx.streams.said(owners, record.id)


async def leave_conversations(tx: Tx, record: ObjectRecord) -> None:
    """A private post is gone: the one before it is the latest, or nothing is left to list."""
    rows = await tx.conversations.ending_with(record.id)
    if not rows:
        return
    posts = await tx.conversations.private_posts(record.conversation or record.url)
    posts.pop(record.id, None)
    await tx.conversations.fall_back(
        {
            row.id: next(
                (
                    number
                    for number, people in posts.items()
                    if row.owner_id in people
                    and participants(people - {row.owner_id}) == row.participants
                ),
                None,
            )
            for row in rows
        }
    )


def participants(ids: Iterable[int]) -> str:
    """People as a conversation names them: ` 12 34 `."""
    return f" {' '.join(str(number) for number in sorted(ids))} "
