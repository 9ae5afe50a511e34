"""The texts of the pages in French and English, from Babel catalogues."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("fr", "en")
CATALOGUES: Final = Path(__file__).parent / "translations"


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; English texts are the message ids themselves."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
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
    from babel.dates import format_date

    return format_date(datetime.fromtimestamp(ms / 1000, UTC).date(), "long", locale=language)


def moment(ms: int, language: str) -> str:
    """A date with its time, in UTC."""
    from babel.dates import format_datetime

    found = datetime.fromtimestamp(ms / 1000, UTC)
    return format_datetime(found, "d MMMM y, HH:mm", locale=language)
