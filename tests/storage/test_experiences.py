"""Statements about experiences, their versions and families, and the network, on both databases."""

from dataclasses import replace

from storage.experiences import Descent, ExperienceRecord
from storage.network import NetworkServerRecord
from storage.records import ActorRecord, FollowRecord, MediaRecord, ObjectRecord
from storage.store import Store, Tx
from tests.objects.people import NOW, arrive, block, person, post, publish


async def settled(store: Store) -> tuple[ActorRecord, ActorRecord]:
    """Somebody here and somebody elsewhere."""
    jeanne, luc = person("jeanne"), person("luc", "far.example")
    await arrive(store, jeanne, luc)
    return jeanne, luc


async def kept(
    store: Store, author: ActorRecord, adapted_from: str = "", visibility: str = "public"
) -> ObjectRecord:
    """An experience of an author, as it is stored."""
    record = await publish(store, post(author, visibility, type="Article"))
    row = ExperienceRecord(record.id, '{"title":"T"}', "", adapted_from, NOW)
    await store.write(lambda tx: tx.experiences.save(row, [(author.url, "")]))
    return record


async def test_an_experience_comes_back_and_is_replaced(store: Store) -> None:
    jeanne, luc = await settled(store)
    record = await kept(store, jeanne)
    changed = ExperienceRecord(record.id, "{}", luc.url, "https://x.example/1", NOW + 1, luc.id)

    async def look(tx: Tx) -> None:
        await tx.experiences.save(changed, [(jeanne.url, "r"), (luc.url, ""), (luc.url, "again")])
        assert await tx.experiences.by_id(record.id) == changed
        assert await tx.experiences.by_ids([record.id, 1]) == {record.id: changed}
        assert await tx.experiences.by_ids([]) == {}
        assert await tx.experiences.of_author(luc.url) == [record.id]
        assert await tx.experiences.of_author(luc.url, before=record.id) == []
        assert sorted(await tx.experiences.authors_of([record.url])) == [luc.url, jeanne.url]
        assert await tx.experiences.authors_of([]) == []
        await tx.experiences.set_editor(record.id, None)
        assert await tx.experiences.by_id(record.id) == replace(changed, editor_id=None)

    await store.write(look)


async def test_what_is_withdrawn_keeps_its_origin_alone(store: Store) -> None:
    jeanne, _ = await settled(store)
    record = await kept(store, jeanne, "https://x.example/1")

    async def look(tx: Tx) -> None:
        await tx.experiences.empty(record.id)
        left = await tx.experiences.by_id(record.id)
        assert left == ExperienceRecord(record.id, "{}", "", "https://x.example/1", NOW)
        assert await tx.experiences.of_author(jeanne.url) == []
        assert await tx.experiences.authors_of([record.url]) == [jeanne.url]
        await tx.experiences.remove(record.id)
        assert await tx.experiences.by_id(record.id) is None

    await store.write(look)


async def test_versions_say_who_made_them(store: Store) -> None:
    jeanne, luc = await settled(store)
    record = await kept(store, jeanne)

    async def look(tx: Tx) -> None:
        await tx.objects.edit(replace(record, document='{"v":2}', edited_at=NOW + 1), 901)
        await tx.experiences.set_editor(record.id, luc.id)
        await tx.objects.edit(replace(record, document='{"v":3}', edited_at=NOW + 2), 902)
        versions = await tx.experiences.versions(record.id)
        assert [v.editor_id for v in versions] == [jeanne.id, luc.id]
        assert [v.id for v in versions] == [901, 902]
        assert versions[1].document == '{"v":2}'

    await store.write(look)


async def test_families_are_walked_up_and_down_without_end(store: Store) -> None:
    jeanne, luc = await settled(store)
    first = await kept(store, jeanne)
    second = await kept(store, luc, first.url)
    third = await kept(store, jeanne, second.url)
    hidden = await kept(store, jeanne, first.url, "network")
    unknown = await kept(store, jeanne, "https://never.example/fetched")

    async def look(tx: Tx) -> None:
        assert await tx.experiences.ancestors(second.url) == [second.url, first.url]
        assert await tx.experiences.ancestors("https://never.example/fetched") == [
            "https://never.example/fetched"
        ]
        assert await tx.experiences.descendants(first.url) == [
            Descent(second.id, second.url, first.url, 1),
            Descent(hidden.id, hidden.url, first.url, 1),
            Descent(third.id, third.url, second.url, 2),
        ]
        assert await tx.experiences.descendants(unknown.url) == []
        urls = [first.url, second.url, third.url]
        assert await tx.experiences.reuse_counts(urls) == {first.url: 1, second.url: 1}
        assert await tx.experiences.reuse_counts([]) == {}
        row = ExperienceRecord(first.id, "{}", "", third.url, NOW)
        await tx.experiences.save(row, [])
        around = await tx.experiences.ancestors(first.url)
        assert around == [first.url, third.url, second.url]
        below = await tx.experiences.descendants(first.url)
        assert [(d.url, d.depth) for d in below] == [
            (second.url, 1), (hidden.url, 1), (third.url, 2),
        ]  # fmt: skip

    await store.write(look)


async def test_servers_join_and_leave_the_network(store: Store) -> None:
    server = NetworkServerRecord("far.example", "", "admin", NOW)

    async def look(tx: Tx) -> None:
        assert await tx.network.add(server)
        assert not await tx.network.add(server)
        assert await tx.network.listed("far.example")
        await tx.network.set_inbox("far.example", "https://far.example/inbox")
        known = replace(server, inbox="https://far.example/inbox")
        assert await tx.network.servers() == [known]
        assert await tx.network.remove("far.example")
        assert not await tx.network.remove("far.example")
        assert not await tx.network.listed("far.example")

    await store.write(look)


async def test_who_may_see_what_is_restricted(store: Store) -> None:
    jeanne, luc = await settled(store)
    yves, ines = person("yves"), person("ines", "other.example")
    await arrive(store, yves, ines)
    readers = {"author": jeanne.id, "here": yves.id, "far": luc.id, "other": ines.id, "none": 0}

    async def seen(record: ObjectRecord) -> set[str]:
        async def look(tx: Tx) -> set[str]:
            found = set()
            for name, number in readers.items():
                if await tx.objects.visible_ids([record.id], number):
                    found.add(name)
            return found

        return await store.query(look)

    network, here = [await kept(store, jeanne, visibility=v) for v in ("network", "organisation")]
    theirs = await kept(store, luc, visibility="network")
    claimed = await kept(store, luc, visibility="organisation")
    await store.write(lambda tx: tx.objects.add_audience(here.id, {luc.id: True}))
    assert await seen(network) == await seen(here) == {"author", "here"}
    assert await seen(theirs) == await seen(claimed) == {"far"}
    server = NetworkServerRecord("far.example", "", "admin", NOW)
    await store.write(lambda tx: tx.network.add(server))
    assert await seen(network) == {"author", "here", "far"}
    assert await seen(here) == {"author", "here"}
    assert await seen(theirs) == {"author", "here", "far"}
    assert await seen(claimed) == {"far"}
    await block(store, jeanne, luc)
    assert await seen(network) == {"author", "here"}


async def test_followers_of_the_network_have_inboxes(store: Store) -> None:
    jeanne, luc = await settled(store)
    ines = person("ines", "other.example")
    await arrive(store, ines)

    async def look(tx: Tx) -> None:
        for number, follower in enumerate((luc, ines)):
            url = f"{follower.url}/f"
            await tx.relationships.save_follow(
                FollowRecord(700 + number, follower.id, jeanne.id, 0, "accepted", url, NOW)
            )
        assert await tx.network.follower_inboxes(jeanne.id) == []
        await tx.network.add(NetworkServerRecord("far.example", "", "admin", NOW))
        assert await tx.network.follower_inboxes(jeanne.id) == [luc.inbox]

    await store.write(look)


async def test_files_are_tied_exactly(store: Store) -> None:
    jeanne, _ = await settled(store)
    record = await kept(store, jeanne)

    async def look(tx: Tx) -> None:
        for number in (1, 2, 3):
            await tx.ledger.add_media(
                MediaRecord(
                    number, jeanne.id, None, f"{number}.png", "image/png", "", "", 1, 1, 1,
                    None, None, NOW,
                )
            )  # fmt: skip
        await tx.ledger.set_files(record.id, [1, 2])
        await tx.ledger.set_files(record.id, [2, 3])
        known = await tx.ledger.media_by_ids([1, 2, 3])
        tied = [known[number].object_id for number in sorted(known)]
        assert tied == [None, record.id, record.id]
        await tx.ledger.set_files(record.id, [])
        known = await tx.ledger.media_by_ids([2, 3])
        assert [known[number].object_id for number in sorted(known)] == [None, None]

    await store.write(look)


async def test_only_what_everybody_may_see_is_counted(store: Store) -> None:
    jeanne, _ = await settled(store)
    record = await kept(store, jeanne, visibility="organisation")

    async def count() -> int:
        actor = await store.query(lambda tx: tx.actors.by_id(jeanne.id))
        assert actor is not None
        return actor.posts_count

    async def become(visibility: str, version: int) -> None:
        changed = replace(record, visibility=visibility)
        await store.write(lambda tx: tx.objects.edit(changed, version))

    counts = [await count()]
    for version, visibility in enumerate(("network", "public", "unlisted", "followers", "public")):
        await become(visibility, 900 + version)
        counts.append(await count())
    assert counts == [0, 0, 1, 1, 0, 1]
    await store.write(lambda tx: tx.objects.bury(replace(record, visibility="public"), NOW))
    assert await count() == 0
