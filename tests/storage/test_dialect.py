"""One SQL for two engines."""

import pytest

from storage.dialect import for_sqlite, statements


@pytest.mark.parametrize(
    ("written", "rewritten"),
    [
        ("select $1, $12", "select ?1, ?12"),
        ("select '$1' || $2 -- $3", "select '$1' || ?2 -- $3"),
        ("select 'it''s $1' from \"a$2\" /* $3 */", "select 'it''s $1' from \"a$2\" /* $3 */"),
        ("id = any($1)", "id in (select value from json_each(?1))"),
        ("id <> ALL ( $2 )", "id not in (select value from json_each(?2))"),
        ("'= any($1)'", "'= any($1)'"),
        ("a-$1 / b", "a-?1 / b"),
        ("limit $1 for update of r skip locked)", "limit ?1 )"),
        ("limit $1 FOR UPDATE SKIP LOCKED", "limit ?1 "),
        ("select 'for update'", "select 'for update'"),
    ],
)
def test_a_statement_is_rewritten_outside_of_quotes_only(written: str, rewritten: str) -> None:
    assert for_sqlite(written).sql == rewritten


@pytest.mark.parametrize("unportable", ["id = all($1)", "id <> any($1)"])
def test_a_list_comparison_that_sqlite_lacks_is_refused(unportable: str) -> None:
    with pytest.raises(ValueError, match="portable"):
        for_sqlite(unportable)


def test_a_script_is_split_where_statements_end() -> None:
    script = """
    -- about ; semicolons
    create table a (id bigint, note text default ';'); /* ; */
    insert into a values (1, 'it''s; fine');
    create index a_note on a (note) where note <> ';'
    ;
    """
    assert [" ".join(each.split()[-2:]) for each in statements(script, "postgres")] == [
        "default ';')",
        "'it''s; fine')",
        "<> ';'",
    ]


def test_types_are_translated_and_tables_made_strict_for_sqlite() -> None:
    script = """
    create table a (
        id bigint primary key, big BIGINT, raw bytea, x double  precision, "bigint" text
    );
    create table b (id bigint);
    create table c (id text primary key) without rowid;
    create table d (id bigint) strict;
    insert into b values ('bigint');
    """
    found = [" ".join(each.split()) for each in statements(script, "sqlite")]
    assert found == [
        'create table a ( id integer primary key, big integer, raw blob, x real, "bigint" text ) strict',  # noqa: E501
        "create table b (id integer) strict",
        "create table c (id text primary key) without rowid, strict",
        "create table d (id integer) strict",
        "insert into b values ('bigint')",
    ]
    assert "double  precision" in next(statements(script, "postgres"))


def test_blocks_for_one_engine_stay_out_of_the_other() -> None:
    script = """
    create table both (id bigint);
    -- only: sqlite
    create trigger t after insert on both begin
        update both set id = 1; update both set id = 2;
    end;
    -- end
    -- only: postgres
    create function f() returns trigger as $body$ begin; return new; end; $body$ language plpgsql;
    -- end
    drop table both;
    """
    sqlite, postgres = list(statements(script, "sqlite")), list(statements(script, "postgres"))
    assert len(sqlite) == len(postgres) == 3
    assert sqlite[1].startswith("create trigger")
    assert sqlite[1].endswith("end")
    assert postgres[1].endswith("language plpgsql")


def test_a_forgotten_last_semicolon_is_told() -> None:
    with pytest.raises(ValueError, match="semicolon"):
        list(statements("drop table a; drop table b", "sqlite"))
    assert list(statements("drop table a; -- the end", "sqlite")) == ["drop table a"]
