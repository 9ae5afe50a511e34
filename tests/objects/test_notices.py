"""Notifications as lines: grouped, told apart, without what nobody may see any more."""

from objects.notices import Notice, notices_of
from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Store, Tx
from tests.objects.people import NOW, arrive, person, post, publish


def told(
    owner: ActorRecord, kind: str, by: ActorRecord, record: ObjectRecord | None, read: int | None
) -> NotificationRecord:
    """One notification; not stored."""
    number = record.id if record else None
    return NotificationRecord(new_id(), owner.id, kind, by.id, number, NOW, read)


async def lines(
    store: Store, owner: ActorRecord, notifications: list[NotificationRecord]
) -> list[Notice]:
    """The lines that are made of these."""
    return await store.query(lambda tx: notices_of(tx, owner, notifications))


async def test_thanks_for_one_object_are_one_line_and_new_when_one_is(
    sqlite_store: Store,
) -> None:
    jeanne, luc, ana = person("jeanne"), person("luc"), person("ana")
    await arrive(sqlite_store, jeanne, luc, ana)
    one, other = post(jeanne), post(jeanne)
    await publish(sqlite_store, one, other)
    found = await lines(
        sqlite_store,
        jeanne,
        [
            told(jeanne, "like", luc, one, None),
            told(jeanne, "like", luc, other, 5),
            told(jeanne, "like", ana, one, 5),
            told(jeanne, "share", ana, one, 5),
        ],
    )
    assert [(n.kind, len(n.people), n.unread) for n in found] == [
        ("share", 1, False),
        ("like", 2, True),
        ("like", 1, False),
    ]
    assert [p.username for p in found[1].people] == ["ana", "luc"]


async def test_comments_mentions_and_questions_are_told_apart(sqlite_store: Store) -> None:
    jeanne, luc = person("jeanne"), person("luc")
    await arrive(sqlite_store, jeanne, luc)
    mine = post(jeanne)
    answer = post(luc, in_reply_to=mine.url, in_reply_to_id=mine.id)
    secret = post(luc, "direct")
    mention = post(luc)
    await publish(sqlite_store, mine, answer, secret, mention)

    async def address(tx: Tx) -> None:
        await tx.objects.add_audience(secret.id, {jeanne.id: True})

    await sqlite_store.write(address)
    found = await lines(
        sqlite_store,
        jeanne,
        [told(jeanne, "mention", luc, record, None) for record in (answer, secret, mention)],
    )
    assert [notice.kind for notice in found] == ["mention", "question", "comment"]
    assert found[2].parent is not None
    assert found[2].parent.id == mine.id


async def test_what_may_not_be_seen_any_more_is_left_out(sqlite_store: Store) -> None:
    jeanne, luc, gone = person("jeanne"), person("luc"), person("gone", state="gone")
    await arrive(sqlite_store, jeanne, luc, gone)
    secret = post(luc, "direct")
    await publish(sqlite_store, secret)
    found = await lines(
        sqlite_store,
        jeanne,
        [
            told(jeanne, "mention", luc, secret, None),
            told(jeanne, "follow", gone, None, None),
            told(jeanne, "follow", luc, None, None),
        ],
    )
    assert [(n.kind, n.people[0].username) for n in found] == [("follow", "luc")]
