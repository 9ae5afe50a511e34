"""Statements about quotes and previews of links, on both engines."""

from dataclasses import replace

from storage.apps_reading import CardRecord, QuoteRecord
from storage.cards import Target
from storage.ids import new_id
from storage.records import FollowRecord, ObjectRecord
from storage.spans import Span
from storage.store import Store
from tests.objects.people import arrive, person, post

NOW = 1_795_000_000_000


def quote(quoting: ObjectRecord, quoted: ObjectRecord, **changes: object) -> QuoteRecord:
    row = QuoteRecord(quoting.id, quoted.url, quoted.id, "accepted", "", "", NOW)
    return replace(row, **changes)  # type: ignore[arg-type]


async def test_quotes_are_found_counted_and_claimed_once(store: Store) -> None:
    amina, ada = person("amina"), person("ada", "ada.example")
    quoted, first, second = post(amina), post(ada), post(ada, "followers")
    await arrive(store, amina, ada)
    async with store.transaction() as tx:
        for record in (quoted, first, second):
            await tx.objects.add(record)
        assert await tx.quotes.add(
            quote(first, quoted, approval_url="https://x/1", request_url="https://x/2")
        )
        assert not await tx.quotes.add(quote(first, quoted))
        assert await tx.quotes.add(quote(second, quoted, state="pending", due_at=NOW))
        found = await tx.quotes.by_approval("https://x/1")
        assert found is not None
        assert found.object_id == first.id
        assert await tx.quotes.by_approval("") is None
        assert await tx.quotes.by_request("") is None
        assert await tx.quotes.by_request("https://x/2") == found
        assert await tx.quotes.of(quoted.id, 0, Span()) == [first.id]
        assert await tx.quotes.of(quoted.id, 0, Span(max_id=first.id)) == []
        assert await tx.quotes.of(quoted.id, 0, Span(min_id=0)) == [first.id]
        assert await tx.quotes.next_due() == NOW
        assert await tx.quotes.claim(NOW - 1, NOW, 10) == []
        claimed = await tx.quotes.claim(NOW, NOW + 1_000, 10)
        assert [(one.object_id, one.attempts) for one in claimed] == [(second.id, 1)]
        assert await tx.quotes.claim(NOW, NOW + 1_000, 10) == []
        await tx.quotes.check(second.id, "https://x/3", NOW + 5)
        await tx.quotes.put_off(second.id, None)
        assert await tx.quotes.next_due() is None
        await tx.quotes.settle(second.id, "accepted", "https://x/3")
        assert await tx.quotes.of(quoted.id, 0, Span()) == [first.id]
        assert await tx.quotes.of(quoted.id, ada.id, Span()) == [second.id, first.id]
        assert await tx.quotes.local_quoters(quoted.id) == []
        await tx.quotes.set_policy(quoted.id, "followers")
        assert await tx.quotes.policy(quoted.id) == "followers"
        assert await tx.quotes.policy(first.id) == ""
        await tx.quotes.found(second.id, quoted.id)
        await tx.objects.bury(first, NOW)
        assert await tx.quotes.deleted([first.id, second.id]) == {first.id}
        await tx.quotes.forget(first.id)
        assert await tx.quotes.by_object(first.id) is None


async def test_members_stand_in_many_ways_to_others(store: Store) -> None:
    amina, ada, eve = person("amina"), person("ada", "ada.example"), person("eve", "eve.example")
    await arrive(store, amina, ada, eve)
    async with store.transaction() as tx:
        for one, other in ((amina, ada), (ada, amina)):
            await tx.relationships.save_follow(
                FollowRecord(new_id(), one.id, other.id, one.local, "accepted", str(one.id), NOW)
            )
        await tx.connection.execute(
            "insert into mutes (id, actor_id, target_id, created_at) values ($1, $2, $3, $4)",
            new_id(), amina.id, ada.id, NOW,
        )  # fmt: skip
        await tx.connection.execute(
            "insert into domain_blocks (id, actor_id, domain, created_at) values ($1, $2, $3, $4)",
            new_id(), amina.id, eve.host, NOW,
        )  # fmt: skip
        ties = await tx.quotes.ties(amina.id, [ada.id, eve.id, amina.id])
    assert ties == {ada.id: {"follows", "followed", "mutes"}, eve.id: {"domain"}}


async def test_previews_are_shared_claimed_and_forgotten(store: Store) -> None:
    amina = person("amina")
    record, other = post(amina, name="Un titre", type="Article", summary="Résumé"), post(amina)
    await arrive(store, amina)
    card = CardRecord(new_id(), "https://a.example/", due_at=NOW)
    async with store.transaction() as tx:
        await tx.objects.add(record)
        await tx.objects.add(other)
        assert await tx.cards.add(card) == card.id
        assert await tx.cards.add(replace(card, id=new_id())) == card.id
        await tx.cards.show(record.id, card.id)
        await tx.cards.show(record.id, card.id)
        assert await tx.cards.of_object(record.id) == card.url
        assert await tx.apps.cards([record.id]) == {}
        assert await tx.cards.next_due() == NOW
        (claimed,) = await tx.cards.claim(NOW, NOW + 9, 5)
        assert await tx.cards.claim(NOW, NOW + 9, 5) == []
        await tx.cards.put_off(card.id, NOW + 5)
        await tx.cards.save(replace(claimed, title="Une page", state="ready", fetched_at=NOW))
        assert (await tx.apps.cards([record.id]))[record.id].title == "Une page"
        await tx.cards.renew(card.id, NOW)
        await tx.cards.give_up(card.id, NOW)
        assert (await tx.cards.by_urls([card.url]))[card.url].state == "ready"
        assert await tx.cards.targets([record.url, "https://a.example/"]) == {
            record.url: Target(
                record.url, record.id, "Article", "public", "Un titre", "Résumé",
                record.language, "node.example", "amina",
            )
        }  # fmt: skip
        assert await tx.cards.prune(2**62, 10) == 0
        await tx.cards.hide(record.id)
        assert await tx.cards.prune(card.id, 10) == 0
        assert await tx.cards.prune(2**62, 10) == 1
        await tx.cards.forget(other.id, other.url)
