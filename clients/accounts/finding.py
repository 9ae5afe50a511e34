"""The account that an address of the API names."""

from clients.door import missing
from storage.records import ActorRecord
from storage.store import Tx

MOST_IDS = 80


async def person(tx: Tx, account_id: int) -> ActorRecord:
    """The actor with this id, suspended ones too; raises `Refused` 404 for those who left."""
    actor = await tx.actors.by_id(account_id) if 0 < account_id < 2**63 else None
    if actor is None or actor.state == "gone":
        raise missing()
    return actor


async def living(tx: Tx, account_id: int) -> ActorRecord:
    """Somebody with whom something can be done; raises `Refused` 404."""
    actor = await person(tx, account_id)
    if actor.state != "active":
        raise missing()
    return actor


def is_hidden(actor: ActorRecord) -> bool:
    """Whether nothing of somebody is shown: they are suspended."""
    return actor.state != "active" or actor.severity == "suspend"
