"""Whose word counts for an object: the rules of origin (SECURITY.md, rule 2)."""

from federation.addresses import same_origin
from federation.documents import Document
from inbox.context import Ignored, Incoming, Violation
from inbox.sources import Sources

MAX_AUTHORS = 16


def vouched(document: Document, actor_url: str) -> bool:
    """Whether an actor may speak for an embedded object: same origin, and its author."""
    return (
        document.id is not None
        and same_origin(document.id, actor_url)
        and actor_url in document.ids("attributedTo")[:MAX_AUTHORS]
    )


def author_of(document: Document) -> str:
    """The first author who lives where the object lives; raises `Violation` without one."""
    if document.id is not None:
        for author in document.ids("attributedTo")[:MAX_AUTHORS]:
            if same_origin(author, document.id):
                return author
    raise Violation("the object names no author of its own origin")


async def own_object(incoming: Incoming, sources: Sources) -> Document:
    """The object of an activity of its author: embedded if vouched for, else from its origin.

    Raises `Ignored` for an object without an id, `Violation` for somebody else's, and what
    fetching raises.
    """
    activity, actor = incoming.activity, incoming.actor
    embedded = activity.embedded("object")
    if embedded is not None and vouched(embedded, actor.url):
        return addressed_like(embedded, activity)
    url = activity.first_id("object")
    if url is None:
        raise Ignored("the object has no id")
    if sources.identifiers.is_local(url):
        raise Violation("the object is one of ours")
    if not same_origin(url, actor.url):
        raise Violation(f"{url} is not of the actor's origin")
    document = await sources.document(url)
    if not vouched(document, actor.url):
        raise Violation(f"{url} is not attributed to {actor.url}")
    return addressed_like(document, activity)


def addressed_like(document: Document, activity: Document) -> Document:
    """An object that does not say for whom it is has the audience of its activity."""
    if document.has("to") or document.has("cc"):
        return document
    return document.with_values(to=activity.raw.get("to"), cc=activity.raw.get("cc"))
