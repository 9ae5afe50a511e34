"""Whom a member hides, on both engines."""

from storage.hiding import hidden_at_home, hides, unheard
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store
from tests.storage.actors_made_up import actor, add

AWAY = "atelier.example"


async def truth(store: Store, condition: str, *args: int) -> bool:
    """What a condition says when $1 is the owner and $2 the actor."""
    sql = f"select 1 from actors x where x.id = $1 and cast($2 as bigint) > 0 and {condition}"
    return await store.query(lambda tx: tx.connection.fetch_value(sql, *args)) is not None


async def write(store: Store, sql: str, *args: int | str) -> None:
    async with store.transaction() as tx:
        await tx.connection.execute(sql, *args)


async def people(store: Store) -> tuple[ActorRecord, ActorRecord, ActorRecord]:
    """Amina and Basile here, Carla elsewhere."""
    found = actor("amina"), actor("basile"), actor("carla", local=False, host=AWAY)
    await add(store, *found)
    return found


def post(author: ActorRecord, language: str = "") -> ObjectRecord:
    number = new_id()
    url = f"{author.url}/{number}"
    return ObjectRecord(
        number, url, "Note", author.id, author.local, "public", None, None, None, "", "", "x",
        language, 0, url, "{}", 1,
    )  # fmt: skip


async def shown(store: Store, owner: int, bringer: int, record: ObjectRecord) -> bool:
    sql = f"select 1 from objects o where o.id = $3 and not {hidden_at_home('$1', '$2')}"
    args = owner, bringer, record.id
    return await store.query(lambda tx: tx.connection.fetch_value(sql, *args)) is not None


async def keep(store: Store, *records: ObjectRecord) -> None:
    async with store.transaction() as tx:
        for record in records:
            await tx.objects.add(record)


async def test_mutes_blocks_and_domains_hide_their_actors(store: Store) -> None:
    amina, basile, carla = await people(store)
    for other in (basile, carla):
        assert not await truth(store, hides("$1", "$2"), amina.id, other.id)
    await write(
        store,
        "insert into mutes (id, actor_id, target_id, notifications, created_at) "
        "values ($1, $2, $3, 0, 1)",
        new_id(), amina.id, basile.id,
    )  # fmt: skip
    assert await truth(store, hides("$1", "$2"), amina.id, basile.id)
    assert not await truth(store, hides("$1", "$2"), basile.id, amina.id)
    assert not await truth(store, unheard("$1", "$2"), amina.id, basile.id)
    await write(store, "update mutes set notifications = 1")
    assert await truth(store, unheard("$1", "$2"), amina.id, basile.id)
    await write(
        store,
        "insert into domain_blocks (id, actor_id, domain, created_at) values ($1, $2, $3, 1)",
        new_id(), amina.id, AWAY,
    )  # fmt: skip
    assert await truth(store, hides("$1", "$2"), amina.id, carla.id)
    assert await truth(store, unheard("$1", "$2"), amina.id, carla.id)
    async with store.transaction() as tx:
        await tx.relationships.block(basile.id, carla.id, "https://x.example/b", 1)
    assert await truth(store, hides("$1", "$2"), carla.id, basile.id)
    assert await truth(store, unheard("$1", "$2"), basile.id, carla.id)


async def test_home_leaves_out_shares_and_languages_as_chosen(store: Store) -> None:
    amina, basile, carla = await people(store)
    french, mute, shared = post(basile, "fr"), post(basile), post(carla, "fr")
    await keep(store, french, mute, shared)
    assert await shown(store, amina.id, basile.id, shared)
    await write(
        store,
        "insert into follow_options (follower_id, followee_id, reblogs, notify, languages) "
        "values ($1, $2, 0, 0, ' en de ')",
        amina.id, basile.id,
    )  # fmt: skip
    assert not await shown(store, amina.id, basile.id, french)
    assert await shown(store, amina.id, basile.id, mute)
    assert not await shown(store, amina.id, basile.id, shared)
    await write(store, "update follow_options set reblogs = 1, languages = ' fr '")
    assert await shown(store, amina.id, basile.id, french)
    assert await shown(store, amina.id, basile.id, shared)


async def test_home_leaves_out_whoever_shares_or_names_the_hidden(store: Store) -> None:
    amina, basile, carla = await people(store)
    named, shared = post(basile), post(carla)
    await keep(store, named, shared)
    async with store.transaction() as tx:
        await tx.objects.add_audience(named.id, {carla.id: True})
    assert await shown(store, amina.id, basile.id, named)
    await write(
        store,
        "insert into mutes (id, actor_id, target_id, created_at) values ($1, $2, $3, 1)",
        new_id(), amina.id, carla.id,
    )  # fmt: skip
    assert not await shown(store, amina.id, basile.id, named)
    assert not await shown(store, amina.id, basile.id, shared)
