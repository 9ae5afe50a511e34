"""Every text of templates and code has its French translation, and no translation is left over."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from config.load import setting_fields
from web.texts import CATALOGUES, choose_language, day, moment, number, translations

WEB = CATALOGUES.parent
ROOT = WEB.parent
KEYWORDS = {"_": None, "mark": None, "ngettext": (1, 2)}
CALL = re.compile(r"\b(?:_|mark|ngettext)\(")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]")
FRENCH = sorted((CATALOGUES / "fr").glob("*.po"))


def texts_in(file: Path) -> Iterator[tuple[str, ...]]:
    """The texts that a template or a Python file has translated: one form, or one and many."""
    method: Any = "python" if file.suffix == ".py" else babel_extract
    with file.open("rb") as source:
        for _, message, _, _ in extract(method, source, KEYWORDS, options={"encoding": "utf-8"}):
            yield (message,) if isinstance(message, str) else tuple(filter(None, message))


def sources() -> list[Path]:
    """Every file that can hold texts for people."""
    code = [
        f
        for room in ("actors", "clients", "node", "objects", "web")
        for f in (ROOT / room).rglob("*.py")
    ]
    templates = [f for f in (WEB / "templates").rglob("*") if f.suffix in {".html", ".txt"}]
    return sorted(code + templates)


@cache
def used() -> frozenset[str]:
    """The message id of every text, and the explanations of settings, which a page shows."""
    files = [file for file in sources() if CALL.search(file.read_text(encoding="utf-8"))]
    explained = frozenset(field.metadata["explanation"] for field in setting_fields())
    return explained | {found[0] for file in files for found in texts_in(file) if found}


@cache
def translated() -> dict[str, tuple[str, Path]]:
    """Message id → its French text (the last form, when there are several) and where it stands."""
    found: dict[str, tuple[str, Path]] = {}
    for file in FRENCH:
        with file.open("rb") as source:
            for message in read_po(source, locale="fr"):
                plural = isinstance(message.id, tuple)
                name = str(message.id[0]) if plural else str(message.id)
                text = str(list(message.string or ())[-1]) if plural else str(message.string)
                if name:
                    assert name not in found or found[name][0] == text, (name, file.name)
                    found[name] = (text, file)
    return found


def test_every_text_is_translated() -> None:
    known = translated()
    assert sorted(text for text in used() if not known.get(text, ("",))[0].strip()) == []


def test_no_translation_is_left_over() -> None:
    left = [(file.name, text) for text, (_, file) in translated().items() if text not in used()]
    assert left == []


def test_placeholders_survive_translation() -> None:
    for text, (french, file) in translated().items():
        wanted, found = (sorted(PLACEHOLDER.findall(said)) for said in (text, french))
        assert found == wanted or found == ["%d"], (file.name, text)


def test_french_has_its_typography() -> None:
    for text, (french, file) in translated().items():
        assert "'" not in french, (file.name, text, "the apostrophe is ’")
        assert '"' not in french, (file.name, text, "quotation marks are « »")
        for sign in (" :", " ;", " !", " ?", " »", "« "):
            assert sign not in french, (file.name, text, "the blank is one that never breaks")


@pytest.mark.parametrize(
    "source", ['_("One text")', 'label = mark("One text")', 'ngettext("One text", "Many", 2)']
)
def test_a_text_of_code_is_seen(source: str, tmp_path: Path) -> None:
    file = tmp_path / "sample.py"
    file.write_text(source, encoding="utf-8")
    assert [found[0] for found in texts_in(file)] == ["One text"]


def test_a_text_of_a_template_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "sample.html"
    file.write_text("{{ ngettext('%d post', '%d posts', n) }} {{ _('A text') }}", encoding="utf-8")
    assert [found[0] for found in texts_in(file)] == ["%d post", "A text"]


def test_all_catalogues_are_one() -> None:
    french = translations("fr")
    for text, (expected, _) in translated().items():
        assert expected in (french.gettext(text), french.ngettext(text, text, 2))


def test_a_language_is_chosen_by_name_then_by_browser_then_by_node() -> None:
    assert choose_language("en", ["fr"], "fr") == "en"
    assert choose_language("xx", ["de", "en-US"], "fr") == "en"
    assert choose_language(None, ["de"], "fr") == "fr"


def test_dates_and_numbers_read_as_in_normandy() -> None:
    evening = 1_795_474_800_000  # 2026-11-23T23:00:00Z
    assert day(evening, "fr") == "24 novembre 2026"
    assert moment(evening, "fr") == "24 novembre 2026 à 00:00"
    assert day(evening, "en") == "November 24, 2026"
    assert number(1200.5, "fr").replace("\u202f", " ") == "1 200,5"
