"""What a prepared node holds: accounts, who follows whom, and (aged) years of posts."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from actors.auth import issue_token
from actors.identifiers import Identifiers
from actors.keys import generate
from actors.local import create_person, first_run
from bench.ageing import age
from bench.cast import Writer, many
from bench.insertions import insert_all
from bench.node import Place
from bench.stage import Stage
from config.load import load_settings
from storage.ids import new_id
from storage.migrate import migrate
from storage.records import ActorRecord, FollowRecord
from storage.store import Store, Tx, open_store

WRITERS = 20
FIRST_WRITER_HOST = 200
SHARED_HOSTS = 20


@dataclass(frozen=True, slots=True)
class Scene:
    """The prepared accounts: bearer tokens by name, and the writers whom `org` follows."""

    tokens: dict[str, str]
    writers: Sequence[Writer]


async def prepare(place: Place, stage: Stage, followers: int, aged: int) -> Scene:
    """Fill the template: `org` reads 20 writers; `press`, `near150`, `near200` are followed.

    `press` has `followers` followers on 20 servers with shared inboxes; `near150` and `near200`
    have one follower on each of 150 or 200 servers. With `aged`, so many objects of others
    are stored too, and `press` has a tenth as many followers.
    """
    settings = load_settings(place.data, {})
    identifiers = Identifiers.of(settings)
    store = await open_store(place.database_url, synchronous="normal")
    now = int(time.time() * 1000)
    hosts = [stage.host(number) for number in range(250)]
    writers = list(many(hosts[FIRST_WRITER_HOST:][:WRITERS], "auteur", WRITERS))
    audiences = {
        "press": list(many(hosts[:SHARED_HOSTS], "lectrice", max(followers, aged // 10))),
        "near150": list(many(hosts[:150], "voisin", 150)),
        "near200": list(many(hosts[:200], "voisine", 200)),
    }
    for person in writers:
        host = person.host.partition(":")[0]
        stage.documents[f"{host}/users/{person.username}"] = _json(person)
    try:
        await migrate(store)
        tokens = await _accounts(store, identifiers, list(audiences), now)
        await _read(store, writers, now)
        for name, people in audiences.items():
            await _follow(store, name, people, now)
        if aged:
            await age(store, aged, now)
        await store.analyze()
    finally:
        await store.close()
    return Scene(tokens, writers)


def _json(person: Writer) -> bytes:
    return orjson.dumps(person.document())


async def _accounts(
    store: Store, identifiers: Identifiers, names: Sequence[str], now: int
) -> dict[str, str]:
    tokens = {}
    async with store.transaction() as tx:
        _, owner = await first_run(
            tx, identifiers, "Banc d’essai", "org", (generate(), generate()), now
        )
        people = {"org": owner}
        for name in names:
            people[name] = await create_person(tx, identifiers, name, name, generate(), now)
        for name, person in people.items():
            tokens[name] = await issue_token(tx, person.id, "read write follow", "bench", now)
    return tokens


async def _read(store: Store, writers: Sequence[Writer], now: int) -> None:
    """`org` follows every writer."""
    async with store.transaction() as tx:
        owner = await tx.actors.local("org")
        assert owner is not None
        for person in writers:
            record = await tx.actors.save(person.record(now))
            await tx.actors.add_keys([person.key_record(record.id, now)])
            await tx.relationships.save_follow(follow(owner, record, now))


def follow(follower: ActorRecord, followee: ActorRecord, now: int) -> FollowRecord:
    """An accepted follow."""
    number = new_id()
    url = f"{follower.url}#follows/{number}"
    return FollowRecord(number, follower.id, followee.id, follower.local, "accepted", url, now)


async def _follow(store: Store, name: str, people: Sequence[Writer], now: int) -> None:
    """Everybody of `people` follows a local account."""
    for start in range(0, len(people), 5_000):
        async with store.transaction() as tx:
            await _follow_some(tx, name, people[start : start + 5_000], now)


async def _follow_some(tx: Tx, name: str, people: Sequence[Writer], now: int) -> None:
    followed = await tx.actors.local(name)
    assert followed is not None
    records = [person.record(now) for person in people]
    follows = [follow(record, followed, now) for record in records]
    await insert_all(tx, "actors", records)
    await insert_all(tx, "follows", follows)
    await tx.connection.execute(
        "update actors set followers_count = followers_count + $2 where id = $1",
        followed.id,
        len(people),
    )
