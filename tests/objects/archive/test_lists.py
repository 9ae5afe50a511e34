"""The lists of an archive, as Mastodon writes them."""

from objects.archive.lists import small_lists
from storage.bonds import FollowOptions
from storage.ids import new_id
from storage.records import FollowRecord
from tests.support.events import announce, join
from tests.support.fediverse import LocalNode


async def test_every_list_of_a_member_is_in_the_archive(node: LocalNode) -> None:
    amina, basile = await node.person("amina"), await node.person("basile")
    url = await node.write("basile", "À relire")
    record = await node.object(url)
    assert record is not None
    event = await announce(node, "basile")
    await join(node, "amina", event.url)
    async with node.store.transaction() as tx:
        for one, other in ((amina, basile), (basile, amina)):
            follow = FollowRecord(new_id(), one.id, other.id, 1, "accepted", f"{one.url}#f", 1)
            await tx.relationships.save_follow(follow)
        options = FollowOptions(reblogs=False, notify=True, languages=("fr", "de"))
        await tx.bonds.set_options(amina.id, basile.id, options)
        await tx.bonds.mute(amina.id, basile.id, notifications=False, until=None, now=1)
        await tx.bonds.block_domain(amina.id, "spam.example", 1)
        await tx.bonds.endorse(amina.id, basile.id, 1)
        await tx.bonds.set_note(amina.id, basile.id, "vu à Caen, en mai")
        await tx.relationships.block(amina.id, basile.id, "https://x.example/1", 1)
        await tx.connection.execute(
            "insert into bookmarks (id, actor_id, object_id, created_at) values (1, $1, $2, 1)",
            amina.id,
            record.id,
        )
        found = {
            name.rpartition("/")[2]: text.decode() for name, text in await small_lists(tx, amina)
        }
    address = "basile@node.example"
    assert found["following_accounts.csv"].splitlines()[1] == f'{address},false,true,"fr, de"'
    assert found["followers.csv"].splitlines()[1:] == [address]
    assert found["blocked_accounts.csv"].splitlines() == [address]
    assert found["muted_accounts.csv"].splitlines()[1:] == [f"{address},false"]
    assert found["blocked_domains.csv"].splitlines() == ["spam.example"]
    assert found["endorsed_accounts.csv"].splitlines()[1:] == [address]
    assert found["account_notes.csv"].splitlines()[1:] == [f'{address},"vu à Caen, en mai"']
    assert found["events.csv"].splitlines()[1:] == [f"{event.url},{event.name},accepted"]
    assert found["bookmarks.csv"].splitlines() == [url]
