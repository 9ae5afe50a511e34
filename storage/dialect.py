"""One SQL for two engines: statements and schema in PostgreSQL style, rewritten for SQLite."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from storage.ports import Engine

_QUOTED = (
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(?P<tag>[a-z_]*)\$.*?\$(?P=tag)\$"
)
_TOKEN = re.compile(rf"(?P<quoted>{_QUOTED})|;|[^\s;'\"$/-]+|\s+|.", re.DOTALL | re.IGNORECASE)
_LIST = re.compile(r"(=|<>|!=)\s*(any|all)\s*\(\s*\$(\d+)\s*\)", re.IGNORECASE)
_LOCKING = re.compile(r"\bfor\s+update(\s+of\s+\w+)?(\s+(skip\s+locked|nowait))?", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$(\d+)")
_TYPES = {"bigint": "integer", "bytea": "blob", "double precision": "real"}
_TYPE = re.compile(r"\b(bigint|bytea|double\s+precision)\b", re.IGNORECASE)
_CREATE_TABLE = re.compile(r"\s*create\s+table\b", re.IGNORECASE)
_STRICT = re.compile(r"\bstrict\s*$", re.IGNORECASE)
_ONLY = re.compile(r"--\s*only:\s*(sqlite|postgres)\s*$")
_END = re.compile(r"--\s*end\s*$")
_DML = re.compile(r"\s*(insert|update|delete|replace)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement as SQLite takes it."""

    sql: str
    takes_lists: bool
    plain_dml: bool
    """Whether it begins with insert, update or delete: sqlite3 counts rows only then."""


@lru_cache(maxsize=4096)
def for_sqlite(sql: str) -> Plan:
    """Rewrite one statement: placeholders, lists, row locks (SQLite has one writer)."""
    takes_lists = False
    parts: list[str] = []
    for text, quoted in _stretches(sql):
        if quoted:
            parts.append(text)
            continue
        rewritten, lists = _LIST.subn(_json_list, text)
        takes_lists = takes_lists or lists > 0
        parts.append(_PLACEHOLDER.sub(r"?\1", _LOCKING.sub("", rewritten)))
    return Plan("".join(parts), takes_lists, _DML.match(sql) is not None)


def statements(script: str, engine: Engine) -> Iterator[str]:
    """The statements of a migration file for one engine, without their semicolons.

    Lines between `-- only: sqlite` (or `postgres`) and `-- end` count for that engine only.
    """
    waiting = ""
    for text, _ in _tokens(_lines_for(script, engine)):
        if text != ";" or (engine == "sqlite" and not sqlite3.complete_statement(waiting + ";")):
            waiting += text
            continue
        yield _schema_for(waiting.strip(), engine)
        waiting = ""
    if any(text.strip() and not _is_comment(text) for text, _ in _tokens(waiting)):
        raise ValueError(f"The last statement has no semicolon: {waiting.strip()[:80]!r}")


def _tokens(sql: str) -> Iterator[tuple[str, bool]]:
    for match in _TOKEN.finditer(sql):
        yield match.group(), match.group("quoted") is not None


def _is_comment(text: str) -> bool:
    return text.startswith(("--", "/*"))


def _stretches(sql: str) -> Iterator[tuple[str, bool]]:
    """The text in stretches that are either quoted (strings, names, comments) or not."""
    plain = ""
    for text, quoted in _tokens(sql):
        if not quoted:
            plain += text
            continue
        yield plain, False
        yield text, True
        plain = ""
    yield plain, False


def _json_list(match: re.Match[str]) -> str:
    operator, quantifier, number = match.groups()
    if (operator == "=") != (quantifier.lower() == "any"):
        raise ValueError(f"Only `= any` and `<> all` are portable, not {match.group()!r}")
    negation = "" if operator == "=" else "not "
    return f"{negation}in (select value from json_each(${number}))"


def _lines_for(script: str, engine: Engine) -> str:
    kept: list[str] = []
    only: str | None = None
    for line in script.splitlines(keepends=True):
        if found := _ONLY.match(line.strip()):
            only = found.group(1)
        elif _END.match(line.strip()):
            only = None
        elif only in (None, engine):
            kept.append(line)
    return "".join(kept)


def _schema_for(statement: str, engine: Engine) -> str:
    if engine == "postgres":
        return statement
    parts = [
        text if quoted else _TYPE.sub(_sqlite_type, text) for text, quoted in _stretches(statement)
    ]
    translated = "".join(parts)
    if _CREATE_TABLE.match(_without_comments(translated)) and not _STRICT.search(translated):
        separator = " " if translated.endswith(")") else ", "
        return f"{translated}{separator}strict"
    return translated


def _sqlite_type(match: re.Match[str]) -> str:
    return _TYPES[" ".join(match.group().lower().split())]


def _without_comments(sql: str) -> str:
    return "".join(text for text, _ in _tokens(sql) if not _is_comment(text))
