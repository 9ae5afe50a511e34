"""The page of a note or another object that is no experience, and that of a hashtag."""

from quart import Response

from storage.records import ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.public.posts import PAGE, Post, before_of_request, paged, posts_of

MAX_REPLIES = 100


async def post_page(context: WebContext, record: ObjectRecord) -> Response:
    """A post that everybody may see, with the public answers to it."""

    async def operation(tx: Tx) -> tuple[list[Post], list[Post]]:
        replies = await tx.objects.replies(record.url, limit=MAX_REPLIES)
        return await posts_of(tx, [record]), await posts_of(tx, replies)

    posts, replies = await context.store.query(operation)
    return await context.renderer.public(
        "public/post.html",
        post=posts[0],
        replies=replies,
        canonical=record.url,
        index=bool(posts[0].author.indexable),
    )


async def tag_page(context: WebContext, name: str) -> Response:
    """The public posts with a hashtag (normalised)."""
    before = before_of_request()

    async def operation(tx: Tx) -> list[Post]:
        return await posts_of(tx, await tx.objects.tagged(name, before=before, limit=PAGE + 1))

    posts = await context.store.query(operation)
    return await context.renderer.public("public/tag.html", tag=name, **paged(posts))
