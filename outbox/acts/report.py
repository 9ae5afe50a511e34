"""Reporting actors and what they published, to our administrators and to their server's."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from actors.reporting import Category, keep_report
from outbox.builders import flag
from outbox.context import OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActorRecord, ReportRecord
from storage.store import Tx

Also = Callable[[Tx, ReportRecord], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reproach:
    """What somebody says is wrong: `rules` are the texts of those that were broken."""

    comment: str = ""
    category: Category = "other"
    rules: tuple[str, ...] = ()


async def report(
    context: OutboxContext,
    actor: ActorRecord,
    target: ActorRecord,
    object_urls: list[str],
    reproach: Reproach,
    *,
    forward: Sequence[ActorRecord] = (),
    also: Also | None = None,
) -> ReportRecord:
    """Keep a report and send it on, in the node's own name, to the servers of `forward`.

    The reporter stays unknown to the other servers, as Mastodon does it. `also` runs in the same
    transaction.
    """
    number = new_id()
    away = [person for person in forward if not person.local]
    record = ReportRecord(
        id=number,
        url=context.identifiers.activity(number),
        actor_id=actor.id,
        target_id=target.id,
        objects=orjson.dumps(object_urls).decode(),
        comment=reproach.comment,
        state="open",
        created_at=context.now(),
        category=reproach.category,
        rules=orjson.dumps(list(reproach.rules)).decode(),
    )

    async def operation(tx: Tx) -> ReportRecord:
        node = await tx.actors.by_url(context.identifiers.node_actor)
        kept = replace(record, forwarded=int(bool(away) and node is not None))
        await keep_report(tx, kept)
        if away and node is not None:
            await context.publisher.publish(
                tx,
                node,
                flag.build(target.url, object_urls, reproach.comment),
                recipients=Recipients(actors=tuple(sorted({person.id for person in away}))),
                activity_id=number,
            )
        if also is not None:
            await also(tx, kept)
        return kept

    return await context.store.write(operation)
