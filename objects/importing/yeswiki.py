"""Experiences from YesWiki: the entries of a Bazar form, as its JSON export gives them."""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from objects.importing.headings import field_of
from objects.importing.markup import looks_like_html, markdown_of, picture_at, pictures_of_html
from objects.importing.report import BadSource, Item, Picture, problem
from objects.importing.values import moment

MAX_BYTES: Final = 50_000_000
MAX_FIELD: Final = 1_000_000

_PREFIX: Final = re.compile(
    r"^(?:bf_|liste(?:liste)?|checkbox(?:liste)?|radio(?:liste)?|fichier)+", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\d+$")
_HOUSEKEEPING: Final = frozenset({
    "id_fiche", "id_typeannonce", "createur", "owner", "user", "date_creation_fiche",
    "date_maj_fiche", "date_debut_validite_fiche", "date_fin_validite_fiche", "statut_fiche",
    "html_data", "url", "semantic", "antispam", "valider", "html_output", "external-data",
    "categorie_fiche", "geolocation",
})  # fmt: skip


def yeswiki_items(content: bytes) -> Iterator[Item]:
    """The entries, in the order of the file. Raises `BadSource`."""
    for number, entry in enumerate(_entries(content), 1):
        if isinstance(entry, dict):
            yield _item(entry, number)


def _entries(content: bytes) -> list[Any]:
    if len(content) > MAX_BYTES:
        raise BadSource("too-large", f"{MAX_BYTES // 1_000_000} MB")
    try:
        found = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadSource("bad-json", str(error)) from None
    if isinstance(found, dict):
        single = "bf_titre" in found or "id_fiche" in found
        found = [found] if single else list(found.values())
    if not isinstance(found, list) or not any(
        isinstance(entry, dict) and "bf_titre" in entry for entry in found
    ):
        raise BadSource("not-yeswiki")
    return found


def _item(entry: dict[str, Any], number: int) -> Item:
    said = {key: text for key, value in entry.items() if (text := _text(value))}
    name = said.get("id_fiche", "")
    values: dict[str, str] = {}
    pictures: dict[str, Picture] = {}
    problems = []
    for key, text in said.items():
        if key in _HOUSEKEEPING:
            continue
        if key.startswith("imagebf_") or (key.startswith("image") and "bf" in key):
            pictures[text] = picture_at(text, "")
        else:
            if len(text) > MAX_FIELD:
                problems.append(problem(key, "cut", text[MAX_FIELD:]))
                text = text[:MAX_FIELD]  # noqa: PLW2901
            pictures |= {p.path or p.url: p for p in pictures_of_html(text)}
            heading = _heading(key)
            plain = markdown_of(text) if looks_like_html(text) else text
            values[heading] = f"{values[heading]}\n\n{plain}" if heading in values else plain
    created = said.get("date_creation_fiche", "")
    return Item(
        identity=said.get("url") or name or f"{values.get('titre')}|{created}",
        where=name or str(number),
        values=values,
        published_at=moment(created),
        author=said.get("createur") or said.get("owner", ""),
        pictures=tuple(pictures.values()),
        unfinished=said.get("statut_fiche", "1") != "1",
        problems=tuple(problems),
    )


def _heading(key: str) -> str:
    """`bf_public_vise` → `public vise`; `checkboxListeThemesbf_themes` → `themes`."""
    last = key.rpartition("bf_")[2] if "bf_" in key else _PREFIX.sub("", key)
    plain = _NUMBER.sub("", last.replace("_", " ")).strip()
    spaced = re.sub(r"(?<=[a-zéè])(?=[A-Z])", " ", plain)
    return spaced if field_of(spaced) or not plain else plain


def _text(value: Any) -> str:
    """A value as text; lists one entry a line; what is deeper as JSON."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        return "\n".join(str(each) for each in value)
    return orjson.dumps(value).decode() if value else ""
