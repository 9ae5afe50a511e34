"""Who may see the page of an object, and which page that is."""

from quart import Response

from actors.problems import not_found
from federation.errors import Refused
from objects.serving import OPEN
from objects.visibility import may_see
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.public.experience import experience_page
from web.public.post import post_page


async def object_page(context: WebContext, number: int) -> Response:
    """The page of an object of this node, for whoever is looking."""
    record, is_experience = await visible_object(context, number)
    if is_experience:
        return await experience_page(context, record)
    return await post_page(context, record)


async def visible_object(context: WebContext, number: int) -> tuple[ObjectRecord, bool]:
    """An object of ours that the reader may see, and whether it is an experience.

    Raises `Refused`: 404 for what they may not see just as for what is not there, 410 for what
    was deleted, when everybody could see it before.
    """
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None

    async def find(tx: Tx) -> tuple[ObjectRecord, bool] | None:
        record = await tx.objects.by_id(number) if number < 2**63 else None
        if record is None or not record.local:
            return None
        # Nobody learns from a tombstone that something private was here.
        buried = record.deleted_at is not None and record.visibility in OPEN
        if not (buried or await may_see(tx, record, viewer)):
            return None
        known = record.type == "Article" and await tx.experiences.by_id(number) is not None
        return record, known

    found = await context.store.query(find)
    if found is None:
        raise not_found("object")
    if found[0].deleted_at is not None:
        raise Refused(410, "gone", "This object was deleted.")
    return found


async def visible_experience(context: WebContext, number: int) -> ObjectRecord:
    """As `visible_object`, for what only experiences have. Raises `Refused`."""
    await context.renderer.ensure_open()
    record, is_experience = await visible_object(context, number)
    if not is_experience:
        raise not_found("experience")
    return record


def viewer_of(actor: ActorRecord | None) -> int:
    """The id that queries about visibility take: 0 is a stranger."""
    return actor.id if actor is not None else 0
