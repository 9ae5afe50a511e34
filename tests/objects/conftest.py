"""Both databases for the tests of this room."""

from tests.support.databases import (
    database_url,
    postgres_server,
    postgres_store,
    postgres_url,
    sqlite_store,
    sqlite_template,
    sqlite_url,
    store,
)

__all__ = [
    "database_url",
    "postgres_server",
    "postgres_store",
    "postgres_url",
    "sqlite_store",
    "sqlite_template",
    "sqlite_url",
    "store",
]
