"""What rules do to the actors of a domain, and what is left of those who have gone."""

from collections.abc import Sequence

from actors.administration import COMMAND_LINE, set_domain_rule
from actors.sanctions import save_remote
from storage.departures import DepartureStatements
from storage.ids import new_id
from storage.records import ActorRecord, DeliveryRecord, FollowRecord
from storage.sanctions import SanctionStatements
from storage.store import Store
from tests.storage.actors_made_up import actor, add

HOSTS = ("bad.example", "sub.bad.example:8443", "notbad.example", "good.example")


def follow(follower: ActorRecord, followee: ActorRecord, state: str = "accepted") -> FollowRecord:
    url = f"{follower.url}/follows/{followee.id}"
    return FollowRecord(new_id(), follower.id, followee.id, follower.local, state, url, 1)


async def severities(store: Store, actors: Sequence[ActorRecord]) -> list[str]:
    async with store.read() as tx:
        found = await tx.actors.by_ids([one.id for one in actors])
    return [found[one.id].severity for one in actors]


async def counts(store: Store, one: ActorRecord) -> tuple[int, int]:
    async with store.read() as tx:
        found = await tx.actors.by_id(one.id)
    assert found is not None
    return found.followers_count, found.following_count


async def test_a_suspension_ends_every_follow_with_its_counts(store: Store) -> None:
    amina, others = actor("amina"), [actor("x", local=False, host=host) for host in HOSTS]
    await add(store, amina, *others)
    async with store.transaction() as tx:
        for other in others:
            await tx.relationships.save_follow(follow(other, amina))
            await tx.relationships.save_follow(follow(amina, other))
        await tx.relationships.save_follow(follow(others[0], others[1]))
        await tx.relationships.save_follow(follow(others[1], others[0], "pending"))
    async with store.transaction() as tx:
        ended = await set_domain_rule(tx, COMMAND_LINE, "bad.example", "suspend", "", 5)
    assert (ended.actors, ended.follows) == (2, 6)
    assert await severities(store, others) == ["suspend", "suspend", "", ""]
    assert await counts(store, amina) == (2, 2)
    assert [await counts(store, other) for other in others] == [(0, 0), (0, 0), (1, 1), (1, 1)]
    async with store.transaction() as tx:
        again = await set_domain_rule(tx, COMMAND_LINE, "bad.example", "suspend", "", 6)
    assert (again.actors, again.follows) == (0, 0)


async def test_only_what_waits_for_the_domain_is_cancelled(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    async with store.transaction() as tx:
        await tx.connection.execute(
            "insert into activities (id, url, type, actor_id, local, visibility, document, "
            "created_at) values (1, 'u', 'Create', $1, 1, 'public', '{}', 1)",
            amina.id,
        )
        await tx.deliveries.add_all(
            [
                DeliveryRecord(
                    new_id(), 1, amina.id, f"https://{host}/inbox", host, "waiting", 0, 1, 0, None,
                    "", 1, None,
                )
                for host in HOSTS
            ]
        )  # fmt: skip
        await set_domain_rule(tx, COMMAND_LINE, "bad.example", "suspend", "", 5)
        states = {found.host: found.state for found in await tx.deliveries.listed()}
    assert states == {
        HOSTS[0]: "cancelled",
        HOSTS[1]: "cancelled",
        HOSTS[2]: "waiting",
        HOSTS[3]: "waiting",
    }


async def test_who_is_saved_later_gets_the_severity_of_their_domain(store: Store) -> None:
    async with store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, "bad.example", "limit", "", 5)
        saved = [
            await save_remote(tx, actor("x", local=False, host=host))
            for host in (HOSTS[0], HOSTS[1], HOSTS[3])
        ]
    assert [one.severity for one in saved] == ["limit", "limit", ""]
    assert await severities(store, saved) == ["limit", "limit", ""]


async def test_emoji_of_chosen_hosts_are_forgotten(store: Store) -> None:
    async with store.transaction() as tx:
        for host in HOSTS:
            await tx.ledger.save_emoji(host, "cat", "https://x/cat.png", 1)
        await set_domain_rule(tx, COMMAND_LINE, "bad.example", "reject_media", "", 5)
        left = await SanctionStatements(tx.connection).emoji_hosts()
    assert sorted(left) == sorted(HOSTS[2:])


async def test_the_doings_of_who_has_gone_are_undone(store: Store) -> None:
    amina, basile = actor("amina"), actor("basile")
    await add(store, amina, basile)
    async with store.transaction() as tx:
        await tx.connection.execute(
            "insert into objects (id, url, type, actor_id, local, visibility, document, "
            "published_at, created_at, likes_count, shares_count) "
            "values (7, 'o', 'Note', $1, 1, 'public', '{}', 1, 1, 2, 1)",
            basile.id,
        )
        for number, who in enumerate((amina, basile)):
            await tx.connection.execute(
                "insert into likes (id, actor_id, object_id, url, created_at) "
                "values ($1, $2, 7, '', 1)",
                number,
                who.id,
            )
        await tx.activities.show(
            [basile.id], entry_id=1, activity_id=None, object_id=7, actor_id=amina.id, home=True,
            inbox=False,
        )  # fmt: skip
        departures = DepartureStatements(tx.connection)
        await departures.undo_doings(amina.id)
        kept = await tx.objects.by_id(7)
        assert await tx.activities.home(basile.id) == []
        assert await departures.unfinished() == []
        await tx.actors.erase(basile.id, 9)
        assert await departures.unfinished() == [basile.id]
    assert kept is not None
    assert (kept.likes_count, kept.shares_count) == (1, 1)
