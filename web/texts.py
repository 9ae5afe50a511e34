"""The texts of the pages in French and English, from Babel catalogues."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from objects.dates import written

LANGUAGES: Final = ("fr", "en")
LANGUAGE_NAMES: Final = {"fr": "Français", "en": "English"}
CATALOGUES: Final = Path(__file__).parent / "translations"
PLACE: Final = "Europe/Paris"


def mark(text: str) -> str:
    """Mark a text of Python code for translation; it is translated when it is shown."""
    return text


@cache
def translations(language: str) -> NullTranslations:
    """Every catalogue `translations/<language>/*.po` as one, read when first asked for.

    English has none: its texts are the message ids themselves.
    """
    files = sorted((CATALOGUES / language).glob("*.po"))
    if not files:
        return NullTranslations()
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language)
    for file in files:
        with file.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    whole.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose_language(asked: str | None, accepted: Iterable[str], default: str) -> str:
    """The language of a page: asked for by name, else preferred by the browser, else the node's."""
    if asked in LANGUAGES:
        return str(asked)
    for tag in accepted:
        language = tag.partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return default


def texts_of(language: str) -> Callable[[str], str]:
    """The function that templates call `_`."""
    return translations(language).gettext


def counted(language: str) -> Callable[[str, str, int], str]:
    """The function that templates call `ngettext`."""
    return translations(language).ngettext


def day(ms: int, language: str) -> str:
    """A date as people write it: `23 novembre 2026`."""
    return written(_local(ms).date(), language)


def moment(ms: int, language: str) -> str:
    """A date with its time, as clocks in Normandy show it."""
    there = _local(ms)
    return f"{written(there.date(), language)}{' à' if language == 'fr' else ','} {there:%H:%M}"


def iso_day(ms: int) -> str:
    """A date for machines: `2026-11-23`."""
    return _local(ms).date().isoformat()


def number(value: float, language: str) -> str:
    """A number as people write it: `1 200,5`."""
    from babel.numbers import format_decimal

    return format_decimal(value, locale=language)


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(PLACE))
