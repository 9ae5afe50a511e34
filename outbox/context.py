"""What every act of a local actor needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actors.identifiers import Identifiers
from actors.remote import RemoteActors
from objects.remote import RemoteObjects
from outbox.publish import Publisher
from storage.records import ObjectRecord
from storage.store import Store, Tx

Also = Callable[[Tx, ObjectRecord], Awaitable[None]]
"""Something to do in the same transaction as an act; what it raises undoes everything."""


@dataclass(frozen=True, slots=True)
class OutboxContext:
    """The services behind the acts; `language` is the node's default for texts.

    `project_room` is how many bytes the files of one project may take; 0: no bound. Without
    `looks_up` nobody is looked up on the network: an act is part of a transaction.
    """

    store: Store
    identifiers: Identifiers
    publisher: Publisher
    remote: RemoteActors
    objects: RemoteObjects
    language: str
    clock: Callable[[], float]
    project_room: int = 0
    looks_up: bool = True

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return int(self.clock() * 1000)


class ActRefused(Exception):
    """What a local actor asked for is not possible; `status` is the HTTP status that fits."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
