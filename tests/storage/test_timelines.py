"""Statements about what members read, on both engines."""

from storage.ids import new_id
from storage.records import ActorRecord, FollowRecord, ObjectRecord, ReactionRecord
from storage.store import Store, Tx
from storage.timelines import Standing
from tests.objects.people import NOW, arrive, block, person, post, publish

PLACE = "https://communotic.normandie.fr/ns/modality/presentiel"
WORK = "https://communotic.normandie.fr/ns/modality/afest"
THEME = "https://communotic.normandie.fr/ns/theme/illettrisme"


async def mark(tx: Tx, record: ObjectRecord, **facets: str) -> None:
    """Make an experience of an object."""
    await tx.connection.execute(
        "insert into experiences (object_id, fields) values ($1, '{}')", record.id
    )
    for facet, value in facets.items():
        await tx.connection.execute(
            "insert into experience_facets (object_id, facet, value) values ($1, $2, $3)",
            record.id,
            facet,
            value,
        )


async def three_posts(store: Store) -> tuple[ActorRecord, ActorRecord, list[ObjectRecord]]:
    """Jeanne reads Luc: a note, an experience on site, an experience at work."""
    jeanne, luc = person("jeanne"), person("luc", "far.example")
    await arrive(store, jeanne, luc)
    records = [post(luc) for _ in range(3)]
    await publish(store, *records)

    async def fill(tx: Tx) -> None:
        await mark(tx, records[1], modality=PLACE, theme=THEME)
        await mark(tx, records[2], modality=WORK)
        for record in records:
            await tx.activities.show(
                [jeanne.id], entry_id=new_id(), activity_id=None, object_id=record.id,
                actor_id=luc.id, home=True, inbox=True,
            )  # fmt: skip

    await store.write(fill)
    return jeanne, luc, records


async def test_a_timeline_can_be_narrowed_to_experiences_and_their_modality(store: Store) -> None:
    jeanne, luc, records = await three_posts(store)

    async def ids(tx: Tx, **options: object) -> list[int]:
        return [line[1] for line in await tx.timelines.home(jeanne.id, **options)]  # type: ignore[arg-type]

    async def look(tx: Tx) -> None:
        newest = [record.id for record in records[::-1]]
        assert await ids(tx) == newest
        assert await ids(tx, experiences=True) == newest[:2]
        assert await ids(tx, modality=PLACE) == [records[1].id]
        assert await ids(tx, experiences=True, limit=1) == newest[:1]
        lines = await tx.timelines.home(jeanne.id, experiences=True, limit=1)
        assert await ids(tx, experiences=True, before=lines[0][0]) == [records[1].id]
        assert lines[0][2] == luc.id
        assert await tx.timelines.home(luc.id) == []

    await store.query(look)


async def test_experiences_that_came_here_leave_out_the_deleted_and_the_limited(
    store: Store,
) -> None:
    _, luc, records = await three_posts(store)

    async def look(tx: Tx) -> None:
        newest = [records[2].id, records[1].id]
        assert await tx.timelines.experiences() == newest
        assert await tx.timelines.experiences(before=records[2].id) == newest[1:]
        assert await tx.timelines.experiences(modality=WORK) == newest[:1]
        assert await tx.timelines.experiences_of(luc.id) == newest
        assert await tx.timelines.experiences_of(luc.id, before=records[2].id) == newest[1:]
        span = (records[0].id, records[2].id)
        assert await tx.timelines.with_theme([THEME, PLACE], *span) == [(THEME, records[1].id)]
        assert await tx.timelines.with_theme([THEME], records[1].id, records[2].id) == []
        await tx.objects.bury(records[1], NOW)
        assert await tx.timelines.experiences() == newest[:1]
        assert await tx.timelines.with_theme([THEME], *span) == []
        await tx.connection.execute("update actors set severity = 'limit' where id = $1", luc.id)
        assert await tx.timelines.experiences() == []

    await store.write(look)


async def test_a_thread_holds_answers_and_the_conversation_oldest_first(store: Store) -> None:
    jeanne, luc = person("jeanne"), person("luc", "far.example")
    await arrive(store, jeanne, luc)
    first = post(luc, conversation="https://far.example/c/1")
    answer = post(jeanne, in_reply_to=first.url)
    aside = post(luc, conversation="https://far.example/c/1")
    other = post(luc)
    await publish(store, first, answer, aside, other)

    async def look(tx: Tx) -> None:
        expected = [first.id, answer.id, aside.id]
        assert await tx.timelines.thread(first.url, first.conversation) == expected
        assert await tx.timelines.thread(first.url, None) == [answer.id]

    await store.query(look)


async def test_what_a_member_did_with_objects_is_asked_at_once(store: Store) -> None:
    jeanne, _, records = await three_posts(store)

    async def look(tx: Tx) -> None:
        for kind, record in (("likes", records[0]), ("likes", records[1]), ("shares", records[1])):
            number = new_id()
            await tx.activities.react(
                kind,  # type: ignore[arg-type]
                ReactionRecord(number, jeanne.id, record.id, f"https://x.example/{number}", NOW),
            )
        ids = [record.id for record in records]
        assert await tx.timelines.standings(jeanne.id, ids) == {
            records[0].id: Standing(liked=True),
            records[1].id: Standing(liked=True, shared=True),
        }
        assert await tx.timelines.standings(jeanne.id, []) == {}

    await store.write(look)


async def test_people_are_found_by_name_and_address(store: Store) -> None:
    jeanne = person("jeanne")
    emile = person("emile", "far.example", name="Émile Zola")
    shy = person("shy", "far.example", name="Émile Caché", discoverable=0)
    await arrive(store, jeanne, emile, shy)

    async def names(tx: Tx, text: str) -> list[str]:
        return [actor.username for actor in await tx.timelines.people(text, jeanne.id)]

    async def look(tx: Tx) -> None:
        assert await names(tx, "zola") == ["emile"]
        assert await names(tx, "émile") == ["emile"]
        assert await names(tx, "@emile@far") == ["emile"]
        assert await names(tx, "%") == []
        assert await names(tx, "jeanne") == []
        await tx.relationships.save_follow(
            FollowRecord(new_id(), jeanne.id, shy.id, 1, "accepted", "https://x.example/f", NOW)
        )
        assert await names(tx, "caché") == ["shy"]
        assert await tx.timelines.bonds(jeanne.id, [shy.id, emile.id]) == {
            shy.id: ("accepted", ""),
            emile.id: ("", ""),
        }
        assert await tx.timelines.bonds(shy.id, [jeanne.id]) == {jeanne.id: ("", "accepted")}

    await store.write(look)


async def test_the_blocked_are_listed_and_not_found(store: Store) -> None:
    jeanne, luc = person("jeanne"), person("luc", "far.example")
    await arrive(store, jeanne, luc)
    await block(store, jeanne, luc)

    async def look(tx: Tx) -> None:
        assert [actor.id for actor in await tx.timelines.blocked(jeanne.id)] == [luc.id]
        assert await tx.timelines.blocked(luc.id) == []
        assert await tx.timelines.people("luc", jeanne.id) == []
        assert await tx.timelines.people("jeanne", luc.id) == []

    await store.query(look)
