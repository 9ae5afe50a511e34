"""The page of a note or another object that is no experience, and that of a hashtag."""

from quart import Response

from objects.visibility import RESTRICTED, filter_visible
from storage.records import ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.events.view import EventView, event_view
from web.projects.journal import Milestone, milestone_at
from web.public.posts import PAGE, Post, before_of_request, paged, posts_of
from web.workspace.reading import page_in_project

MAX_REPLIES = 100


async def post_page(context: WebContext, record: ObjectRecord) -> Response:
    """A post for whoever may see it, with the answers to it that they may see."""
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None

    now = context.now()

    async def operation(
        tx: Tx,
    ) -> tuple[list[Post], list[Post], Milestone | None, EventView | None]:
        within = record.visibility if record.visibility in RESTRICTED else "public"
        replies = await tx.objects.replies(record.url, limit=MAX_REPLIES, within=within)
        shown = await filter_visible(tx, replies, viewer)
        posts = await posts_of(tx, [record])
        milestone = await milestone_at(tx, posts[0].entry, viewer)
        happening = await event_view(tx, record, viewer, now)
        return posts, await posts_of(tx, shown, context.outbox.identifiers), milestone, happening

    posts, replies, milestone, happening = await context.store.query(operation)
    return await context.renderer.public(
        "public/post.html",
        post=posts[0],
        replies=replies,
        milestone=milestone,
        happening=happening,
        project=await page_in_project(context, record, viewer),
        canonical=record.url,
        index=bool(posts[0].author.indexable) and record.visibility == "public",
    )


async def tag_page(context: WebContext, name: str) -> Response:
    """The public posts with a hashtag (normalised)."""
    before = before_of_request()

    async def operation(tx: Tx) -> list[Post]:
        return await posts_of(tx, await tx.objects.tagged(name, before=before, limit=PAGE + 1))

    posts = await context.store.query(operation)
    return await context.renderer.public("public/tag.html", tag=name, **paged(posts))
