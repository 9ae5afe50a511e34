"""The home page: the organisation, and what was published here last."""

from quart import Response

from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.public.posts import PAGE, Post, before_of_request, paged, posts_of


async def home_page(context: WebContext) -> Response:
    """The organisation, its latest posts and its people."""
    before = before_of_request()

    async def operation(tx: Tx) -> tuple[list[ActorRecord], list[Post]]:
        records = await tx.objects.local_public(before=before, limit=PAGE + 1)
        return await tx.actors.all_local(), await posts_of(tx, records)

    actors, posts = await context.store.query(operation)
    people = [
        actor
        for actor in actors
        if actor.type == "Person" and actor.state == "active" and actor.discoverable
    ]
    return await context.renderer.public(
        "public/home.html",
        people=people,
        canonical=context.outbox.identifiers.home_page,
        **paged(posts),
    )
