"""Databases, and a table to play with."""

from collections.abc import AsyncIterator

import pytest

from storage.dialect import statements
from storage.store import Store, open_store

SHELF = """
create table shelves (id bigint primary key, name text not null);
create table books (
    id bigint primary key,
    title text not null unique,
    shelf_id bigint references shelves (id) on delete cascade,
    pages bigint check (pages > 0),
    price double precision,
    cover bytea
);
"""


async def add_tables(target: Store, script: str = SHELF) -> None:
    """Create tables from a script in the portable dialect."""
    async with target.schema_change() as connection:
        for statement in statements(script, target.engine):
            await connection.execute(statement)


@pytest.fixture
async def library(store: Store) -> Store:
    """A store on either engine that has `shelves` and `books`."""
    await add_tables(store)
    return store


@pytest.fixture
async def second(library: Store, database_url: str) -> AsyncIterator[Store]:
    """The same database, opened once more as another process would."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()
