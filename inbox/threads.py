"""The posts that a reply answers, pulled from elsewhere up to a bounded depth."""

import logging
from functools import partial

from federation.documents import Document
from federation.errors import FederationError
from inbox.context import Ignored
from inbox.sources import Crowded, Sources
from inbox.trust import author_of
from objects.incoming import IncomingObject, is_readable, object_record
from objects.timelines import keep_found
from objects.visibility import of_document
from storage.store import Tx

log = logging.getLogger(__name__)

OPEN = ("public", "unlisted")
FETCHES_PER_ANCESTOR = 2


async def pull_ancestors(url: str, sources: Sources, depth: int) -> int:
    """Fetch and keep the post at `url` and those above it, at most `depth`; gives how many.

    All of them share one budget of fetches, authors included. Only public posts are kept.
    Nothing is raised: what cannot be had now is left out.
    """
    sources = sources.with_budget(depth * FETCHES_PER_ANCESTOR)
    kept = 0
    missing: str | None = url
    seen: set[str] = set()
    while missing is not None and missing not in seen and len(seen) < depth:
        seen.add(missing)
        try:
            parsed = await public_object(missing, sources)
            if parsed is None:
                break
            await sources.store.write(partial(_keep, parsed=parsed))
        except (FederationError, Ignored, Crowded) as error:
            log.debug("the thread above %s was left out: %s", url, error)
            break
        kept += 1
        missing = await _next_missing(parsed.record.in_reply_to, sources)
    return kept


async def public_object(url: str, sources: Sources) -> IncomingObject | None:
    """A public post of a kind that we keep, with its author; None for anything else."""
    if sources.identifiers.is_local(url) or await sources.stored(url) is not None:
        return None
    document: Document = await sources.document(url)
    if not is_readable(document):
        return None
    author = await sources.actor(author_of(document))
    if of_document(document, author.followers_url) not in OPEN:
        return None
    return object_record(document, author, int(sources.clock() * 1000))


async def _keep(tx: Tx, parsed: IncomingObject) -> bool:
    return await keep_found(tx, parsed)


async def _next_missing(parent: str | None, sources: Sources) -> str | None:
    if parent is None or await sources.stored(parent) is not None:
        return None
    return parent
