"""Experiences from a folder of Markdown files with front matter, their pictures beside them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, Final

import yaml

from objects.importing.folders import Folder, inside
from objects.importing.headings import field_of
from objects.importing.markup import picture_at, without_pictures
from objects.importing.report import BadSource, Item, Picture, Problem, problem
from objects.importing.values import moment
from objects.tables import decode

MAX_TEXT: Final = 2_000_000
MAX_FRONT: Final = 100_000
SUFFIXES: Final = frozenset({".md", ".markdown"})


class _NoAliases(yaml.SafeLoader):
    """Plain values only: `&a [*a, *a]` would grow without end when it is written out."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def markdown_items(folder: Folder) -> Iterator[Item]:
    """The texts of a folder, by name. Raises `BadSource` when there is none."""
    names = [name for name in folder.names() if PurePosixPath(name).suffix.lower() in SUFFIXES]
    if not names:
        raise BadSource("no-markdown")
    for name in names:
        content = folder.read(name, MAX_TEXT)
        if content is None:
            yield Item(
                identity=name, where=name, unfinished=True,
                values={"titre": PurePosixPath(name).stem},
                problems=(problem(name, "unreadable-file"),),
            )  # fmt: skip
        else:
            yield _item(name, content)


def _item(name: str, content: bytes) -> Item:
    text, encoding = decode(content)
    problems = [] if encoding == "utf-8" else [problem(name, "encoding", encoding)]
    front, body = _split(text, name, problems)
    body, pictures = without_pictures(body)
    values = {key: value for key, each in front.items() if (value := _value(each))}
    named = {found: value for key, value in values.items() if (found := field_of(key))}
    title, body = _title(named.get("title", ""), body, PurePosixPath(name).stem)
    listed = [picture_at(entry, "") for entry in named.get("pictures", "").splitlines() if entry]
    folder = name.rpartition("/")[0]
    return Item(
        identity=named.get("identity") or name,
        where=name,
        values={"titre": title} | {k: v for k, v in values.items() if field_of(k) != "title"},
        body=body,
        published_at=moment(named.get("published", "")),
        author=named.get("author", ""),
        pictures=tuple(_placed(picture, folder) for picture in (*listed, *pictures)),
        unfinished=front.get("draft") is True,
        problems=tuple(problems),
    )


def _split(text: str, name: str, problems: list[Problem]) -> tuple[dict[str, Any], str]:
    """Front matter and text; a front matter that cannot be read stays in the text."""
    from frontmatter.default_handlers import YAMLHandler

    handler = YAMLHandler()
    if not handler.detect(text):
        return {}, text
    try:
        front, body = handler.split(text)
        if len(front) > MAX_FRONT:
            raise ValueError("too long")
        # _NoAliases is a SafeLoader.
        values = yaml.load(front, Loader=_NoAliases)  # noqa: S506
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        problems.append(problem(name, "bad-front-matter", str(error)))
        return {}, text
    found = values if isinstance(values, dict) else {}
    return {str(key): value for key, value in found.items() if value is not None}, body.strip()


def _value(value: Any, depth: int = 0) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "oui" if value else ""
    if isinstance(value, int | float):
        return str(value)
    if depth < 3 and isinstance(value, list):
        return "\n".join(text for each in value if (text := _value(each, depth + 1)))
    if depth < 3 and isinstance(value, dict):
        found = {str(key): _value(each, depth + 1) for key, each in value.items()}
        return " | ".join(f"{key}: {text}" for key, text in found.items() if text)
    return ""


def _title(title: str, body: str, stem: str) -> tuple[str, str]:
    """The title: said, or the first heading, or the name of the file."""
    first, _, rest = body.partition("\n")
    if first.startswith("# ") and (not title or first[2:].strip() == title):
        return title or first[2:].strip(), rest.strip()
    return title or stem.replace("-", " ").replace("_", " "), body


def _placed(picture: Picture, folder: str) -> Picture:
    """The picture with its name in the whole folder; what leads outside is never found there."""
    name = inside(folder, picture.path) if picture.path else None
    return picture if name is None else replace(picture, path=name)
