"""Actors for the tests of statements."""

from storage.ids import new_id
from storage.records import ActorRecord
from storage.store import Store


def actor(name: str, *, local: bool = True, host: str = "node.example") -> ActorRecord:
    """An actor that was never published."""
    url = f"https://{host}/users/{name}"
    return ActorRecord(
        id=new_id(),
        url=url,
        local=int(local),
        type="Person",
        username=name,
        host=host,
        inbox=f"{url}/inbox",
        created_at=1,
        updated_at=1,
    )


async def add(store: Store, *actors: ActorRecord) -> None:
    """Put actors into the database."""
    async with store.transaction() as tx:
        for one in actors:
            await tx.actors.add(one)
