"""People and posts for the tests of this room."""

from dataclasses import replace
from typing import Any

from actors.identifiers import Identifiers
from federation.documents import Document
from objects.incoming import IncomingObject, object_record
from storage.ids import new_id
from storage.records import ActorRecord, FollowRecord, ObjectRecord
from storage.store import Store, Tx

HERE = Identifiers("https://node.example", "node.example")
NOW = 1_795_000_000_000


def person(username: str, host: str = "node.example", **changes: Any) -> ActorRecord:
    """Somebody here, or on another host; not stored yet."""
    url = f"https://{host}/users/{username}"
    actor = ActorRecord(
        id=new_id(),
        url=url,
        local=int(host == HERE.host),
        type="Person",
        username=username,
        host=host,
        inbox=f"{url}/inbox",
        followers_url=f"{url}/followers",
        featured_url=f"{url}/featured",
        html_url=f"https://{host}/@{username}",
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(actor, **changes)


def written(document: dict[str, Any], author: ActorRecord) -> IncomingObject:
    """What somebody here wrote, as the outbox reads it; not stored yet."""
    number = int(document["id"].rsplit("/", 1)[1])
    read = object_record(Document(document), author, NOW)
    poll = replace(read.poll, object_id=number) if read.poll else None
    return replace(read, record=replace(read.record, id=number, local=1), poll=poll)


async def arrive(store: Store, *actors: ActorRecord) -> None:
    """Store these actors."""

    async def operation(tx: Tx) -> None:
        for actor in actors:
            await tx.actors.add(actor)

    await store.write(operation)


def post(author: ActorRecord, visibility: str = "public", **changes: Any) -> ObjectRecord:
    """A note of somebody; not stored yet."""
    number = new_id()
    url = HERE.object(number) if author.local else f"{author.url}/notes/{number}"
    record = ObjectRecord(
        id=number,
        url=url,
        type="Note",
        actor_id=author.id,
        local=author.local,
        visibility=visibility,
        in_reply_to=None,
        in_reply_to_id=None,
        conversation=None,
        name="",
        summary="",
        content="<p>Bonjour</p>",
        language="fr",
        sensitive=0,
        html_url=url,
        document=f'{{"id":"{url}","type":"Note","content":"<p>Bonjour</p>"}}',
        published_at=NOW,
        created_at=NOW,
    )
    return replace(record, **changes)


async def publish(
    store: Store, *records: ObjectRecord, to: tuple[ActorRecord, ...] = ()
) -> ObjectRecord:
    """Store these objects, addressed by name to some; gives the first."""

    async def operation(tx: Tx) -> None:
        for record in records:
            assert await tx.objects.add(record)
            await tx.objects.add_audience(record.id, {actor.id: True for actor in to})

    await store.write(operation)
    return records[0]


async def follow(
    store: Store, follower: ActorRecord, followee: ActorRecord, state: str = "accepted"
) -> None:
    """Make one follow the other."""
    number = new_id()
    record = FollowRecord(
        number, follower.id, followee.id, follower.local, state, f"{follower.url}/f/{number}", NOW
    )
    await store.write(lambda tx: tx.relationships.save_follow(record))


async def block(store: Store, actor: ActorRecord, target: ActorRecord) -> None:
    """Make one block the other."""
    url = f"{actor.url}/blocks/{target.id}"
    await store.write(lambda tx: tx.relationships.block(actor.id, target.id, url, NOW))
