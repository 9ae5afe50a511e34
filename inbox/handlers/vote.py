"""A vote in a poll of ours: a Note that is only a name."""

from federation.documents import Document
from inbox.context import HandlerContext, Ignored
from inbox.people import refuse_if_blocked
from objects import polls
from objects.visibility import may_see
from storage.records import ObjectRecord


def looks_like_vote(document: Document) -> bool:
    """Whether a Note answers something with a name and nothing else."""
    return (
        "Note" in document.types
        and bool(document.text("name"))
        and not document.text("content")
        and document.first_id("inReplyTo") is not None
    )


async def receive(
    context: HandlerContext, document: Document, question: ObjectRecord | None
) -> str:
    """Count the vote once, while the poll is open, if the voter may see it."""
    if question is None or not question.local or question.type != "Question":
        raise Ignored("a vote in no poll of ours")
    author = await context.tx.actors.by_id(question.actor_id)
    if author is None:
        raise Ignored("a vote in no poll of ours")
    await refuse_if_blocked(context, author)
    if not await may_see(context.tx, question, context.actor):
        raise Ignored("a vote in no poll of ours")
    choice = document.text("name") or ""
    url = document.id or context.url
    if not await polls.vote(context.tx, question, context.actor, choice, url, context.now):
        raise Ignored("the vote does not count: closed, unknown choice, or cast before")
    return ""
