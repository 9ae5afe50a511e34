"""Whom a client's activity is for: named openly, named in secret, mentioned."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from federation.documents import Document, is_public
from federation.errors import FederationError
from federation.vocabulary import NETWORK, ORGANISATION, PROJECT, PUBLIC
from objects.reading import web_address
from objects.visibility import Visibility, of_document
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord

MAX_RECIPIENTS = 100
LOOKUPS = 10
LOOKUP_SECONDS = 20.0
SHORT = {"cmt:Network": NETWORK, "cmt:Organisation": ORGANISATION, "cmt:Project": PROJECT}
"""What our contexts make of groups of readers, as clients may write them."""


@dataclass(frozen=True, slots=True)
class Addressing:
    """`to` and `cc` as they are published, and `hidden`: bto and bcc, which never are."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    hidden: tuple[str, ...] = ()

    def visibility(self, author: ActorRecord) -> Visibility:
        """What these addresses make of an object of `author`."""
        return of_document(Document({"to": [*self.to], "cc": [*self.cc]}), author.followers_url)

    def with_mentioned(self, author: ActorRecord, people: Iterable[ActorRecord]) -> "Addressing":
        """`cc` with the mentioned people too, but never widening what is private."""
        if self.visibility(author) == "direct":
            return self
        known = {*self.to, *self.cc}
        named = dict.fromkeys(person.url for person in people)
        return replace(self, cc=(*self.cc, *(url for url in named if url not in known)))


def addressed(activity: Document, document: Document) -> Addressing:
    """The addresses of an activity and its object together (ActivityPub 6.2).

    The public is spelled in full, what is no web address is left out. Raises `ActRefused` for
    more recipients than anybody writes to.
    """

    def union(*names: str) -> tuple[str, ...]:
        both = [uri for part in (activity, document) for name in names for uri in part.ids(name)]
        spelled = (PUBLIC if is_public(uri) else SHORT.get(uri, uri) for uri in both)
        return tuple(dict.fromkeys(uri for uri in spelled if web_address(uri)))

    found = Addressing(union("to", "audience"), union("cc"), union("bto", "bcc"))
    if len(found.to) + len(found.cc) + len(found.hidden) > MAX_RECIPIENTS:
        raise ActRefused(422, "too-many-recipients", f"At most {MAX_RECIPIENTS} addresses.")
    return found


async def find_actors(context: OutboxContext, urls: Iterable[str]) -> dict[str, ActorRecord]:
    """The single actors among some addresses; what cannot be had in time is left out."""
    wanted = [url for url in dict.fromkeys(urls) if not _is_audience(context, url)]
    return await look_all(context, {url: url for url in wanted})


async def look_all(
    context: OutboxContext, names: Mapping[str, str], *, seconds: float = LOOKUP_SECONDS
) -> dict[str, ActorRecord]:
    """The actors behind names or addresses, under the given keys; a few looked up at once.

    What is not found after `seconds` is left out.
    """
    slots = asyncio.Semaphore(LOOKUPS)

    async def look(key: str, name: str) -> tuple[str, ActorRecord] | None:
        async with slots:
            try:
                return key, await context.remote.resolve(name)
            except (FederationError, LookupError):
                return None

    tasks = [asyncio.create_task(look(key, name)) for key, name in names.items()]
    if not tasks:
        return {}
    done, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    order = [task.result() for task in tasks if task in done]
    return dict(found for found in order if found is not None)


def _is_audience(context: OutboxContext, url: str) -> bool:
    """Whether an address stands for many: the public, the network, followers here."""
    owner = context.identifiers.owner_of_collection(url, "followers")
    return is_public(url) or url in SHORT.values() or owner is not None
