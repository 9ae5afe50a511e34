"""What members are told, filter and are pushed, on both engines."""

from dataclasses import replace

import pytest

from storage.filters import FilterKeywordRecord, FilterRecord
from storage.ids import new_id
from storage.notification_policies import NotificationPolicyRecord
from storage.notifications import Wanted
from storage.notifying import FILTERABLE, TYPES
from storage.pushes import PushSubscriptionRecord
from storage.records import ActorRecord, MemberRecord, NotificationRecord, TokenRecord
from storage.severances import SeveranceRecord
from storage.spans import Span
from storage.store import Store, Tx
from tests.storage.actors_made_up import actor

NOW = 1_795_000_000_000
DAY = 24 * 3_600_000
KINDS = tuple(TYPES)


async def two(tx: Tx, **changes: object) -> tuple[ActorRecord, ActorRecord]:
    owner, sender = actor("amina"), replace(actor("nour"), **changes)  # type: ignore[arg-type]
    await tx.actors.add(owner)
    await tx.actors.add(sender)
    await tx.members.add(MemberRecord(owner.id, "a@b.example", "", "member", "fr", NOW, None))
    return owner, sender


def news(owner: ActorRecord, sender: ActorRecord, kind: str = "follow") -> NotificationRecord:
    return NotificationRecord(new_id(), owner.id, kind, sender.id, None, NOW, None)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_told_once_and_policed_if_it_may_be(store: Store, kind: str) -> None:
    async with store.transaction() as tx:
        owner, sender = await two(tx)
        await tx.notification_policies.save(
            NotificationPolicyRecord(owner.id, not_following="filter")
        )
        assert await tx.activities.notify(news(owner, sender, kind))
        told = await tx.notifications.wanted(Wanted(owner.id, KINDS, filtered=True), Span())
        waits = kind in FILTERABLE
        assert [n.filtered for n in told] == ([] if kind == "review" else [int(waits)])
        again = await tx.activities.notify(news(owner, sender, kind))
        assert again is (kind in {"update", "quoted_update"})
        await tx.activities.unnotify(owner.id, kind, sender.id, None)
        assert await tx.activities.notify(news(owner, sender, kind))


@pytest.mark.parametrize(
    ("rule", "changes", "kept"),
    [
        ("not_following", {}, 0),
        ("not_followers", {}, 0),
        ("new_accounts", {"created_at": NOW - DAY}, 0),
        ("new_accounts", {"created_at": NOW - 40 * DAY}, 1),
        ("limited_accounts", {"severity": "limit"}, 0),
        ("limited_accounts", {}, 1),
        ("private_mentions", {}, 1),
    ],
)
async def test_what_a_rule_drops_is_never_written(
    store: Store, rule: str, changes: dict[str, object], kept: int
) -> None:
    async with store.transaction() as tx:
        owner, sender = await two(tx, **changes)
        policy = replace(NotificationPolicyRecord(owner.id), **{rule: "drop"})  # type: ignore[arg-type]
        await tx.notification_policies.save(policy)
        assert await tx.notification_policies.policy(owner.id) == policy
        assert await tx.activities.notify(news(owner, sender)) is bool(kept)
        await tx.notification_policies.accept(owner.id, [sender.id])
        told = await tx.activities.notify(news(owner, sender, "follow_request"))
        assert told is True


async def test_what_waits_is_counted_listed_accepted_and_dismissed(store: Store) -> None:
    async with store.transaction() as tx:
        owner, sender = await two(tx, severity="limit")
        for kind in ("follow", "follow_request"):
            await tx.activities.notify(news(owner, sender, kind))
        policies = tx.notification_policies
        assert await policies.summary(owner.id) == (1, 2)
        (request,) = await policies.requests(owner.id, Span())
        assert (request.actor_id, request.count, request.object_id) == (sender.id, 2, 0)
        assert await policies.requests(owner.id, Span(min_id=sender.id)) == []
        assert await policies.waiting(owner.id, [sender.id, 7]) == {sender.id}
        assert len(await policies.accept(owner.id, [sender.id])) == 2
        assert await policies.summary(owner.id) == (0, 0)
        await policies.dismiss(owner.id, [sender.id])
        assert len(await tx.notifications.page(owner.id)) == 2


async def test_groups_are_paged_counted_and_forgotten(store: Store) -> None:
    async with store.transaction() as tx:
        owner, sender = await two(tx)
        people = [actor(f"membre{number}") for number in range(12)]
        for person in people:
            await tx.actors.add(person)
            await tx.activities.notify(news(owner, person))
        await tx.activities.notify(news(owner, sender, "follow_request"))
        wanted = Wanted(owner.id, KINDS)
        request, follows = await tx.notifications.groups(wanted, ("follow",), Span())
        assert (request.count, follows.count, len(follows.actor_ids)) == (1, 12, 8)
        assert follows.actor_ids[0] == people[-1].id
        assert len(await tx.notifications.groups(wanted, (), Span(40))) == 13
        assert await tx.notifications.count(wanted, ("follow",), 100) == 2
        assert await tx.notifications.count(wanted, (), 5) == 5
        key = follows.latest.group_key
        whole = await tx.notifications.group(owner.id, key)
        assert whole is not None
        assert whole.count == 12
        (last,) = await tx.notifications.of_group(owner.id, key, Span(1))
        assert last.id == follows.latest.id
        some = Wanted(owner.id, KINDS, people[0].id)
        (alone,) = await tx.notifications.groups(some, ("follow",), Span())
        assert (alone.count, alone.actor_ids) == (1, (people[0].id,))
        assert await tx.notifications.dismiss_group(owner.id, key)
        assert not await tx.notifications.dismiss_group(owner.id, key)
        assert await tx.notifications.dismiss_group(owner.id, f"ungrouped-{request.latest.id}")


async def test_pushes_are_written_with_their_notification_claimed_and_done(store: Store) -> None:
    async with store.transaction() as tx:
        owner, sender = await two(tx)
        token = TokenRecord(new_id(), "hash", owner.id, "push", "", NOW, None, None)
        await tx.members.add_token(token)
        subscription = PushSubscriptionRecord(
            new_id(), token.id, owner.id, "https://push.example/", "", "", " follow ", "all", 1, NOW
        )
        await tx.pushes.subscribe(subscription)
        await tx.activities.notify(news(owner, sender, "follow_request"))
        assert await tx.pushes.next_due() is None
        await tx.activities.notify(news(owner, sender))
        assert await tx.pushes.next_due() == NOW
        (key,) = await tx.pushes.claim(NOW, NOW + 10, 5)
        assert await tx.pushes.claim(NOW, NOW + 10, 5) == []
        assert await tx.pushes.next_due() == NOW + 10
        (push,) = await tx.pushes.pushes([key])
        assert (push.key, push.language, push.attempts) == (key, "fr", 1)
        assert push.subscription == subscription
        await tx.pushes.put_off([(*key, NOW + 5)])
        assert await tx.pushes.claim(NOW + 5, NOW + 20, 5) == [key]
        await tx.pushes.done([key])
        assert await tx.pushes.next_due() is None
        await tx.pushes.failed([subscription.id], 3)
        await tx.pushes.succeeded([subscription.id])
        await tx.pushes.change(subscription.id, " poll ", "none")
        found = await tx.pushes.of_token(token.id)
        assert found == replace(subscription, alerts=" poll ", policy="none")
        await tx.pushes.drop([subscription.id])
        assert await tx.pushes.of_token(token.id) is None


async def test_filters_are_kept_and_gone_with_their_parts(store: Store) -> None:
    async with store.transaction() as tx:
        owner, _ = await two(tx)
        record = FilterRecord(new_id(), owner.id, "Un", " home ", "warn", NOW + 1, NOW)
        await tx.filters.add(record)
        word = FilterKeywordRecord(new_id(), record.id, "bruit", 1)
        await tx.filters.save_keyword(word)
        await tx.filters.save_keyword(replace(word, keyword="cri"))
        (rule,) = await tx.filters.rules(owner.id, NOW)
        assert (rule.record, rule.keyword, rule.whole_word, rule.object_id) == (record, "cri", 1, 0)
        assert await tx.filters.rules(owner.id, NOW + 1) == ()
        await tx.filters.change(replace(record, expires_at=None))
        assert len(await tx.filters.rules(owner.id, NOW + 1)) == 1
        assert await tx.filters.count(owner.id) == 1
        assert await tx.filters.keyword(owner.id, word.id) == replace(word, keyword="cri")
        assert await tx.filters.status(owner.id, 7) is None
        assert await tx.filters.statuses([record.id]) == []
        await tx.filters.remove(record.id)
        assert await tx.filters.own_keywords(owner.id) == []


async def test_ended_follows_are_counted_before_they_end(store: Store) -> None:
    async with store.transaction() as tx:
        owner, sender = await two(tx)
        assert await tx.severances.threatened([sender.id]) == {}
        record = SeveranceRecord(new_id(), owner.id, "domain_block", "x.example", 1, 2, NOW)
        await tx.severances.add(record)
        assert await tx.severances.by_ids(owner.id, [record.id]) == [record]
        assert await tx.severances.by_ids(sender.id, [record.id]) == []
