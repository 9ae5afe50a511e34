"""How others find actors here: WebFinger (RFC 7033, FEP-d556) and NodeInfo's counts."""

import mimetypes
from collections.abc import Callable, Sequence
from typing import Any, Final

from actors.identifiers import Identifiers
from actors.memory import Memory
from actors.problems import not_found
from federation.addresses import canonical_url, normalise_host
from federation.errors import Refused, Untrusted
from federation.nodeinfo import NodeFacts
from federation.webfinger import account_jrd, parse_acct, server_jrd
from storage.ids import first_id_at
from storage.records import ActorRecord
from storage.store import Store, Tx

MAX_RESOURCE: Final = 2_048
COUNTED_FOR_S: Final = 600.0
DAY_MS: Final = 24 * 3_600_000
FEATURES: Final = ("mastodon_api", "mastodon_api_streaming", "polls", "quote_posting")


async def webfinger(
    store: Store, identifiers: Identifiers, resource: str, rels: Sequence[str] = ()
) -> dict[str, Any]:
    """The JRD of a local actor, asked for by name in any case, id, key id or profile page.

    Raises `Refused`: 400 for what is no resource, 404 for nobody, 410 for the deleted.
    """
    if _is_origin(identifiers, resource):
        jrd = server_jrd(base_url=identifiers.origin, actor_url=identifiers.node_actor)
    else:
        name = local_name(identifiers, resource)
        actor = await store.query(lambda tx: tx.actors.local(name)) if name else None
        if actor is None:
            raise not_found("account")
        if actor.state == "gone":
            raise Refused(410, "gone", "This account was deleted.")
        jrd = _account(actor, identifiers)
    if rels:
        jrd["links"] = [link for link in jrd["links"] if link["rel"] in rels]
    return jrd


def local_name(identifiers: Identifiers, resource: str) -> str | None:
    """The local name in a WebFinger resource; None for names elsewhere.

    Raises `Refused` 400 for what is neither a name nor an http(s) address.
    """
    if not resource or len(resource) > MAX_RESOURCE:
        raise Refused(400, "bad-resource", "Ask for ?resource=acct:name@host or an actor's URL.")
    try:
        if resource.lower().startswith(("https://", "http://")):
            fragmentless = canonical_url(resource)
            return identifiers.named(fragmentless)
        scheme, separator, rest = resource.partition(":")
        named = rest if separator and scheme.lower() == "acct" else resource
        username, host = parse_acct(named)
        return username if host == normalise_host(identifiers.host) else None
    except Untrusted as error:
        raise Refused(400, "bad-resource", error.reason) from None


class NodeCounts:
    """The figures of NodeInfo, counted at most every ten minutes."""

    def __init__(self, store: Store, clock: Callable[[], float], version: str) -> None:
        self._store = store
        self._version = version
        self._clock = clock
        self._counted: Memory[str, NodeFacts] = Memory(clock, size=1, ttl_s=COUNTED_FOR_S)

    async def facts(self, name: str, description: str, contact: str) -> NodeFacts:
        """What the node tells about itself."""
        facts = self._counted.get(name)
        if facts is None:
            now = int(self._clock() * 1000)
            counts = await self._store.query(lambda tx: _counts(tx, now))
            metadata: dict[str, Any] = {
                "nodeName": name,
                "nodeDescription": description,
                # libraries for apps look here for the API that they can speak with us
                "upstream": {"name": "mastodon"},
                "features": FEATURES,
            }
            if contact:
                metadata["maintainer"] = contact
            facts = NodeFacts(self._version, *counts, metadata=metadata)
            self._counted.put(name, facts)
        return facts


async def _counts(tx: Tx, now: int) -> tuple[int, int, int, int, int]:
    """Accounts, those active in a month and in half a year, posts, and replies among them."""
    by_type = await tx.actors.count_local()
    month = await tx.actors.active_since(first_id_at(now - 30 * DAY_MS))
    half_year = await tx.actors.active_since(first_id_at(now - 180 * DAY_MS))
    posts, comments = await tx.actors.count_posts()
    users = sum(number for kind, number in by_type.items() if kind != "Application")
    return users, month, half_year, posts, comments


def _is_origin(identifiers: Identifiers, resource: str) -> bool:
    return resource.rstrip("/") == identifiers.origin


def _account(actor: ActorRecord, identifiers: Identifiers) -> dict[str, Any]:
    media_type = mimetypes.guess_type(actor.icon)[0] if actor.icon else None
    return account_jrd(
        acct=identifiers.account(actor.username),
        actor_url=actor.url,
        profile_url=actor.html_url,
        avatar=(media_type, actor.icon) if media_type else None,
        subscribe_template=identifiers.subscribe_template(),
    )
