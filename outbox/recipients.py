"""Who gets an activity: what publishing notes down, and its late expansion into inboxes."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from actors.identifiers import Identifiers
from storage.network import NetworkServerRecord
from storage.store import Tx

MAX_RETIRED_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Recipients:
    """An audience before expansion.

    `followers_of`: every accepted follower of this actor; `actors`: single actors, at their
    shared inbox or, with `personal`, at their own; `inboxes`: as they are; `reached_object`:
    every inbox that ever got something about this object; `reached_by`: every inbox that ever
    got something from this actor or about an object of theirs. `network`: every server of the
    network as it is when the audience is expanded. `members_of`: the servers of a project's
    members at that moment. `history_of`: instead of the activity, everything that this
    project passed on so far, for those of `actors` who are members then.
    """

    followers_of: int | None = None
    actors: tuple[int, ...] = ()
    inboxes: tuple[str, ...] = ()
    reached_object: int | None = None
    personal: bool = False
    reached_by: int | None = None
    network: bool = False
    members_of: int | None = None
    history_of: int | None = None

    def __bool__(self) -> bool:
        late = (self.followers_of, self.reached_object, self.reached_by, self.members_of)
        known = bool(self.actors or self.inboxes or self.network)
        return known or any(one is not None for one in late)

    def dump(self) -> str:
        """As JSON, for the fan-out's row."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def load(cls, text: str) -> "Recipients":
        """From the JSON of `dump`."""
        return msgspec.json.decode(text, type=cls)


async def expand(
    tx: Tx,
    recipients: Recipients,
    sender_id: int,
    identifiers: Identifiers,
    now: int,
    *,
    visibility: str = "public",
    ends: bool = False,
) -> list[str]:
    """The inboxes on other servers, each once, in a stable order.

    Runs when the fan-out is worked off, so a block or an unfollow in the meantime counts. What
    is for this node alone reaches nobody, and what is for the network only its servers as they
    are listed now; its end (`ends`, a Delete) also whoever got it before.
    """
    match visibility:
        case "organisation":
            return []
        case "network":
            found = await _network_inboxes(tx, recipients, identifiers, ends=ends)
        case "project":
            found = await _project_inboxes(tx, recipients, sender_id, ends=ends)
        case _:
            found = await _inboxes(tx, recipients, sender_id, identifiers)
    remote = [inbox for inbox in found if inbox and not identifiers.is_local(inbox)]
    retired = await tx.deliveries.retired(remote, now - MAX_RETIRED_MS)
    return [inbox for inbox in remote if inbox not in retired]


async def _inboxes(
    tx: Tx, recipients: Recipients, sender_id: int, identifiers: Identifiers
) -> dict[str, None]:
    found: dict[str, None] = {}
    if recipients.network:
        found |= _server_inboxes(await tx.network.servers(), identifiers)
    if recipients.followers_of is not None:
        found |= dict.fromkeys(await tx.relationships.follower_inboxes(recipients.followers_of))
    if recipients.members_of is not None:
        found |= dict.fromkeys(await tx.projects.member_inboxes(recipients.members_of))
    found |= dict.fromkeys(await _single_inboxes(tx, recipients, sender_id))
    if recipients.reached_object is not None:
        found |= dict.fromkeys(await tx.deliveries.reached(recipients.reached_object))
    if recipients.reached_by is not None:
        found |= dict.fromkeys(await tx.deliveries.reached_by(recipients.reached_by))
    return found | dict.fromkeys(recipients.inboxes)


async def _network_inboxes(
    tx: Tx, recipients: Recipients, identifiers: Identifiers, *, ends: bool
) -> dict[str, None]:
    """The servers of the network, and of followers and named actors those who belong to it.

    A project is told wherever it lives: it passes what is for the network on to its members too.
    """
    servers = await tx.network.servers()
    listed = {server.host for server in servers}
    found: dict[str, None] = {}
    if recipients.network:
        found |= _server_inboxes(servers, identifiers)
    if recipients.followers_of is not None:
        found |= dict.fromkeys(await tx.network.follower_inboxes(recipients.followers_of))
    actors = await tx.actors.by_ids(list(recipients.actors))
    projects = await tx.projects.by_ids(list(actors))
    found |= dict.fromkeys(
        actor.delivery_inbox
        for actor in actors.values()
        if not actor.local and (actor.host in listed or actor.id in projects)
    )
    if ends and recipients.reached_object is not None:
        found |= dict.fromkeys(await tx.deliveries.reached(recipients.reached_object))
    return found


async def _project_inboxes(
    tx: Tx, recipients: Recipients, sender_id: int, *, ends: bool
) -> dict[str, None]:
    """Where something for a project's members goes: to the project, which passes it on to them.

    Nobody else gets it, whoever is named; its end also reaches those who got it before.
    """
    found: dict[str, None] = {}
    passes_on = await tx.projects.by_id(sender_id) is not None
    if recipients.members_of is not None:
        found |= dict.fromkeys(await tx.projects.member_inboxes(recipients.members_of))
    ids = list(await tx.projects.by_ids(list(recipients.actors)))
    if passes_on:
        ids += await tx.projects.members_among(sender_id, list(recipients.actors))
    actors = await tx.actors.by_ids(ids)
    found |= dict.fromkeys(actor.delivery_inbox for actor in actors.values() if not actor.local)
    if (passes_on or ends) and recipients.reached_object is not None:
        found |= dict.fromkeys(await tx.deliveries.reached(recipients.reached_object))
    return found


def _server_inboxes(
    servers: Iterable[NetworkServerRecord], identifiers: Identifiers
) -> dict[str, None]:
    """Where servers take what is for everybody there; where ours is when they have not said."""
    scheme = identifiers.origin.partition("://")[0]
    return {server.inbox or f"{scheme}://{server.host}/inbox": None for server in servers}


async def _single_inboxes(tx: Tx, recipients: Recipients, sender_id: int) -> list[str]:
    actors = await tx.actors.by_ids(list(recipients.actors))
    blocked = await tx.relationships.blocked_by_actor(sender_id) if actors else set()
    return [
        actor.inbox if recipients.personal else actor.delivery_inbox
        for actor in actors.values()
        if not actor.local
        and actor.inbox
        and actor.state != "suspended"
        and (recipients.personal or actor.id not in blocked)
    ]
