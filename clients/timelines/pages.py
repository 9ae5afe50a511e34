"""What all timelines have in common: pages of lines, and who may look."""

from collections.abc import Sequence

from clients.door import Call
from clients.filters.matching import hides
from clients.paging import Paged
from clients.rendering.pages import Entry, page_of
from federation.errors import Refused
from storage.feeds import FeedLine
from storage.spans import Span
from storage.store import Tx


async def page(
    tx: Tx, call: Call, lines: Sequence[FeedLine], span: Span, *, context: str = ""
) -> Paged:
    """A page of these lines, as far as the caller may see what they lead to.

    What a filter of the caller's hides in `context` is left out.
    """
    entries = [Entry(number, object_id, by) for number, object_id, by in lines]
    items = await page_of(tx, call.context, call.viewer, entries)
    if context:
        items = [status for status in items if not hides(status, context)]
    return Paged.of(items, [number for number, _, _ in lines], span)


async def kept_page(tx: Tx, call: Call, lines: Sequence[FeedLine], span: Span) -> Paged:
    """A page of objects that goes by other ids than theirs: of bookmarks, of likes."""
    entries = [Entry(object_id, object_id, by) for _, object_id, by in lines]
    items = await page_of(tx, call.context, call.viewer, entries)
    return Paged.of(items, [number for number, _, _ in lines], span)


async def open_to(call: Call) -> int:
    """The id of who looks at what is public: 0 for a stranger.

    Raises `Refused` 401 for a stranger while the site is closed to visitors.
    """
    if call.viewer is not None:
        return call.viewer.id
    if not await call.context.site.open_to_visitors():
        raise Refused(401, "token-required", "This method requires an authenticated user")
    return 0
