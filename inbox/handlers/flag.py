"""Another server reports somebody of ours."""

import json

from actors.reporting import keep_report
from inbox.context import HandlerContext, Ignored
from inbox.people import local_actor
from objects.text import plain_text
from storage.ids import new_id
from storage.records import ActorRecord, ReportRecord

MAX_OBJECTS = 100
MAX_COMMENT = 5_000


async def receive(context: HandlerContext) -> str:
    """Keep the report for the administrators, if it is about an actor or object of ours."""
    urls = [
        url
        for url in context.activity.ids("object")[:MAX_OBJECTS]
        if context.identifiers.is_local(url)
    ]
    target = await _reported(context, urls)
    if target is None:
        raise Ignored("the report is about nobody here")
    comment = plain_text(context.activity.text("content") or "")
    await keep_report(
        context.tx,
        ReportRecord(
            id=new_id(),
            url=context.url,
            actor_id=context.actor.id,
            target_id=target.id,
            objects=json.dumps([url for url in urls if url != target.url]),
            comment=comment[:MAX_COMMENT],
            state="open",
            created_at=context.now,
        ),
    )
    return ""


async def _reported(context: HandlerContext, urls: list[str]) -> ActorRecord | None:
    """The first local actor named, else the author of the first local object."""
    for url in urls:
        actor = await local_actor(context, url)
        if actor is not None:
            return actor
    for url in urls:
        record = await context.tx.objects.by_url(url)
        if record is not None and record.local:
            return await context.tx.actors.by_id(record.actor_id)
    return None
