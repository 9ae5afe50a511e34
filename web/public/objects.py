"""Who may see the page of an object, and which page that is."""

from quart import Response

from actors.problems import not_found
from objects.serving import shown_object
from storage.records import ObjectRecord
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

    Raises `Refused` 404 or 410.
    """
    signed = await context.sessions.current()
    viewer = signed.actor if signed is not None else None
    record = await shown_object(context.store, number, viewer)
    if record.type != "Article":
        return record, False
    found = await context.store.query(lambda tx: tx.experiences.by_id(number))
    return record, found is not None


async def visible_experience(context: WebContext, number: int) -> ObjectRecord:
    """As `visible_object`, for what only experiences have. Raises `Refused`."""
    await context.renderer.ensure_open()
    record, is_experience = await visible_object(context, number)
    if not is_experience:
        raise not_found("experience")
    return record
