"""A database of the first release, with everything in it, becomes one of this release."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest

from storage.dialect import statements
from storage.ids import new_id
from storage.migrate import known, migrate, pending
from storage.records import ActorRecord, MemberRecord, TokenRecord
from storage.spans import Span
from storage.store import Store, open_store
from tests.storage.actors_made_up import actor
from tests.support.databases import PostgresServer

FIRST_RELEASE = 1
# Columns of `actors` that came after it.
LATER = ("sanction", "sensitized", "extras")


@pytest.fixture(params=["sqlite", "postgres"])
async def before(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A database as the first release left it, on either engine."""
    url = f"sqlite://{tmp_path / 'first.db'}"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        name = f"first_release_{new_id()}"
        await server.run(f"create database {name}")
        url = server.uri(name)
    store = await open_store(url)
    await migrate(store, [each for each in known() if each.number <= FIRST_RELEASE])
    yield store
    await store.close()


async def fill(store: Store, person: ActorRecord) -> None:
    """Rows as the first release wrote them, with its columns alone."""
    columns = "id, url, type, actor_id, local, visibility, document, published_at, created_at"
    script = f"""
        insert into members (actor_id, email, password_hash, role, created_at)
            values ({person.id}, 'Amina@Example.org', 'HASH', 'admin', 1);
        insert into tokens (id, token_hash, actor_id, scopes, created_at)
            values (1, 'token', {person.id}, 'read', 1);
        insert into objects ({columns}) values
            (1, 'https://node.example/objects/1', 'Article', {person.id}, 1, 'public', '[1]', 5, 5),
            (2, 'https://node.example/objects/2', 'Note', {person.id}, 1, 'direct', '[2]', 6, 6),
            (3, 'https://node.example/objects/3', 'Note', {person.id}, 1, 'public', '[3]', 7, 7);
        update objects set replies_count = 2 where id = 1;
        update objects set in_reply_to = 'https://node.example/objects/1' where id in (2, 3);
        update actors set posts_count = 3 where id = {person.id};
        insert into object_versions (id, object_id, document, created_at) values (1, 1, '[0]', 4);
        insert into media (id, actor_id, object_id, file, media_type, size, created_at)
            values (1, {person.id}, 1, 'a.jpg', 'image/jpeg', 10, 1);
        insert into notifications (id, owner_id, kind, actor_id, object_id, created_at)
            values (1, {person.id}, 'like', {person.id}, 1, 1);
        insert into reports (id, url, actor_id, objects, created_at) values
            (1, 'https://a.example/1', {person.id}, '[]', 1),
            (2, 'https://a.example/2', {person.id}, '[]', 1);
        insert into blocks (actor_id, target_id, url, created_at)
            values ({person.id}, {person.id}, 'https://a.example/3', 8);
    """
    known = {name: value for name, value in asdict(person).items() if name not in LATER}
    places = ", ".join(f"${number}" for number in range(1, len(known) + 1))
    async with store.transaction() as tx:
        await tx.connection.execute(
            f"insert into actors ({', '.join(known)}) values ({places})", *known.values()
        )
        for statement in statements(script, store.engine):
            await tx.connection.execute(statement)


async def test_everything_that_was_there_is_there_and_read_by_this_release(before: Store) -> None:
    person = actor("amina")
    await fill(before, person)
    applied = await migrate(before)
    assert [each.number for each in applied] == [
        each.number for each in known() if each.number > FIRST_RELEASE
    ]
    assert await pending(before) == ()
    async with before.read() as tx:
        assert await tx.members.by_actor(person.id) == MemberRecord(
            person.id, "Amina@Example.org", "HASH", "admin", "", 1, None
        )
        token = await tx.members.token("token")
        assert isinstance(token, TokenRecord)
        found = await tx.credentials.accounts_by_mail("amina@example.org")
        assert [one.id for one, _ in found] == [person.id]
        assert set(await tx.objects.by_ids([1, 2, 3])) == {1, 2, 3}
        assert [version.editor_id for version in await tx.experiences.versions(1)] == [None]
        (media,) = await tx.drafts.of_media(1)
        assert (media.file, media.avif, media.webp) == ("a.jpg", "", "")
        assert await tx.experiences.by_ids([1, 2, 3]) == {}
        assert [number for number, _ in await tx.people.blocked(person.id, Span())] == [8 * 65_536]


async def test_numbers_count_only_what_everybody_may_see_from_now_on(before: Store) -> None:
    person = actor("amina")
    await fill(before, person)
    await migrate(before)
    async with before.read() as tx:
        stored = await tx.actors.by_id(person.id)
        assert stored is not None
        assert stored.posts_count == 2, "the direct one is nobody's business"
        article = await tx.objects.by_id(1)
        assert article is not None
        assert article.replies_count == 1


async def test_what_this_release_adds_can_be_written(before: Store) -> None:
    person = actor("amina")
    await fill(before, person)
    await migrate(before)
    async with before.transaction() as tx:
        await tx.preferences.put(person.id, "mails", "{}")
        assert await tx.preferences.get(person.id, "mails") == "{}"
        await tx.connection.execute("delete from actors where id = $1", person.id)
        for table in ("members", "tokens", "objects", "object_versions", "media", "preferences"):
            assert await tx.connection.fetch_value(f"select count(*) from {table}") == 0, table
