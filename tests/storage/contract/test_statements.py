"""Statements mean the same on both engines."""

import pytest

from storage.ports import Conflict, StorageError
from storage.store import Store, Tx


async def _add(tx: Tx, number: int, title: str, shelf: int | None = None) -> int:
    return await tx.connection.execute(
        "insert into books (id, title, shelf_id) values ($1, $2, $3)", number, title, shelf
    )


async def test_a_row_is_read_by_name_and_by_position(library: Store) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute(
            "insert into books (id, title, pages, price, cover) values ($1, $2, $3, $4, $5)",
            1,
            "Pédagogie",
            300,
            12.5,
            b"\x00\xff",
        )
        row = await tx.connection.fetch_one("select * from books where id = $1", 1)
    assert row is not None
    assert row["title"] == "Pédagogie"
    assert row[0] == 1
    assert dict(row) == {
        "id": 1,
        "title": "Pédagogie",
        "shelf_id": None,
        "pages": 300,
        "price": 12.5,
        "cover": b"\x00\xff",
    }
    assert tuple(row)[3:] == (300, 12.5, b"\x00\xff")


async def test_nothing_found_is_none_and_an_empty_list(library: Store) -> None:
    async with library.read() as tx:
        assert await tx.connection.fetch_one("select id from books") is None
        assert await tx.connection.fetch_value("select id from books") is None
        assert list(await tx.connection.fetch_all("select id from books")) == []


async def test_execute_counts_the_rows_it_changed(library: Store) -> None:
    async with library.transaction() as tx:
        execute = tx.connection.execute
        assert await _add(tx, 1, "one") == 1
        assert await _add(tx, 2, "two") == 1
        ignored = "insert into books (id, title) values ($1, $2) on conflict do nothing"
        assert await execute(ignored, 3, "two") == 0
        assert await execute("update books set pages = $1", 10) == 2
        assert await execute("update books set pages = $1 where id = $2 returning id", 11, 1) == 1
        moved = "with old as (select id from books where pages = 10) "
        changed = await execute(
            f"{moved} update books set pages = 12 where id in (select * from old)"
        )
        assert changed == 1
        assert await execute(f"{moved} delete from books where id in (select id from old)") == 0
        assert await execute("delete from books") == 2


async def test_returning_gives_rows_only_for_what_was_inserted(library: Store) -> None:
    add = (
        "insert into books (id, title) values ($1, $2) on conflict (title) do nothing returning id"
    )
    async with library.transaction() as tx:
        assert await tx.connection.fetch_value(add, 1, "one") == 1
        assert await tx.connection.fetch_value(add, 2, "one") is None


async def test_a_list_of_integers_or_texts_is_one_placeholder(library: Store) -> None:
    async with library.transaction() as tx:
        for number, title in enumerate(["l'un", 'l"autre', "été", "x,y"]):
            await _add(tx, number, title)
        fetch = tx.connection.fetch_all
        some = await fetch("select id from books where id = any($1) order by id", [3, 1, 99])
        assert [row["id"] for row in some] == [1, 3]
        others = await fetch("select id from books where id <> all($1) order by id", (0, 1))
        assert [row["id"] for row in others] == [2, 3]
        titles = ["l'un", 'l"autre', "x,y"]
        named = await fetch(
            "select id from books where title = any($2) and id > $1 order by id", 0, titles
        )
        assert [row["id"] for row in named] == [1, 3]
        assert list(await fetch("select id from books where id = any($1)", [])) == []
        gone = "delete from books where id = any($1)"
        assert await tx.connection.execute(gone, [0, 2]) == 2


async def test_many_rows_are_written_by_one_statement(library: Store) -> None:
    rows = [(number, f"book {number}") for number in range(500)]
    async with library.transaction() as tx:
        await tx.connection.execute_many("insert into books (id, title) values ($1, $2)", rows)
        tagged = "with b as (select 1) update books set pages = $1 where id = any($2)"
        await tx.connection.execute_many(tagged, [(7, [1, 2]), (8, [3])])
        assert await tx.connection.fetch_value("select count(*) from books") == 500
        assert await tx.connection.fetch_value("select sum(pages) from books") == 22


async def test_rows_are_claimed_with_skip_locked(library: Store) -> None:
    async with library.transaction() as tx:
        for number in range(4):
            await _add(tx, number, str(number))
        claimed = await tx.connection.fetch_all(
            "update books set pages = 1 where id in (select id from books where pages is null "
            "order by id limit $1 for update skip locked) returning id",
            3,
        )
    assert sorted(row["id"] for row in claimed) == [0, 1, 2]


async def test_a_placeholder_may_be_used_twice_and_a_sum_is_an_integer(library: Store) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute(
            "insert into books (id, title, pages) values ($1, $3, $2), ($1 + 1, $4, $2)",
            1,
            40,
            "one",
            "other",
        )
        total = await tx.connection.fetch_value("select sum(pages) from books")
        optional = "select count(*) from books where cast($1 as text) is null or title = $1"
        assert await tx.connection.fetch_value(optional, None) == 2
        assert await tx.connection.fetch_value(optional, "other") == 1
    assert total == 80
    assert type(total) is int


async def test_question_marks_and_dollars_in_strings_are_left_alone(library: Store) -> None:
    async with library.read() as tx:
        text = await tx.connection.fetch_value(
            "select 'why? $1; it''s -- so' || cast($1 as text)", "!"
        )
    assert text == "why? $1; it's -- so!"


@pytest.mark.parametrize(
    ("statement", "args"),
    [
        ("insert into books (id, title) values (1, $1)", ("other",)),
        ("insert into books (id, title) values (2, $1)", ("taken",)),
        ("insert into books (id, title, shelf_id) values (2, $1, 99)", ("lost",)),
        ("insert into books (id, title, pages) values (2, $1, 0)", ("empty",)),
        ("insert into books (id, title) values (2, $1)", (None,)),
    ],
    ids=["primary key", "unique", "foreign key", "check", "not null"],
)
async def test_a_refused_row_is_a_conflict(
    library: Store, statement: str, args: tuple[str | None]
) -> None:
    async with library.transaction() as tx:
        await _add(tx, 1, "taken")
    with pytest.raises(Conflict):
        async with library.transaction() as tx:
            await tx.connection.execute(statement, *args)


@pytest.mark.parametrize(
    ("statement", "args"),
    [
        ("select nothing from nowhere", ()),
        ("selekt 1", ()),
        ("update books set pages = $1", ("many",)),
        ("update books set pages = $1", (1 << 70,)),
        ("update books set title = $1", ("\ud800",)),
    ],
    ids=["unknown table", "syntax", "wrong type", "too large", "not text"],
)
async def test_a_mistake_is_a_storage_error_but_no_conflict(
    library: Store, statement: str, args: tuple[str | int]
) -> None:
    async with library.transaction() as tx:
        await _add(tx, 1, "one")
    with pytest.raises(StorageError) as caught:
        async with library.transaction() as tx:
            await tx.connection.execute(statement, *args)
    assert type(caught.value) is StorageError


async def test_deleting_a_parent_deletes_its_children(library: Store) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute("insert into shelves (id, name) values (1, 'a')")
        await _add(tx, 1, "one", shelf=1)
        assert await tx.connection.execute("delete from shelves") == 1
        assert await tx.connection.fetch_value("select count(*) from books") == 0
