"""The page of an organisation, of a person, of the node itself."""

import orjson
from quart import Response

from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.public.posts import PAGE, Post, before_of_request, paged, posts_of


async def actor_page(context: WebContext, actor: ActorRecord) -> Response:
    """A living actor's page; `/users/NAME` and `/@NAME` show the same."""
    before = before_of_request()

    async def operation(tx: Tx) -> tuple[list[Post], list[Post]]:
        records = await tx.objects.of_actor(actor.id, before=before, limit=PAGE + 1)
        featured = [] if before else await tx.activities.featured(actor.id)
        return await posts_of(tx, records), await posts_of(tx, featured)

    posts, featured = await context.store.query(operation)
    return await context.renderer.public(
        "public/actor.html",
        actor=actor,
        fields=orjson.loads(actor.fields),
        featured=featured,
        canonical=actor.html_url or actor.url,
        index=bool(actor.indexable),
        **paged(posts),
    )
