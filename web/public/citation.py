"""How to cite an experience: a reference in APA style, and BibTeX."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip
MAX_NAMED: Final = 20
BIBTEX_MONTHS: Final = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_TEX: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", '"': r"\textquotedbl{}",
}  # fmt: skip
_ADDRESS: Final = re.compile(r"[^A-Za-z0-9:/?#@!$&'()*+,;=._~%\[\]-]")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a citation says; `published` in milliseconds."""

    title: str
    authors: tuple[str, ...]
    publisher: str
    published: int
    url: str
    number: int
    language: str
    licence: str

    @property
    def date(self) -> datetime:
        """The day of publication, as clocks in Normandy show it."""
        utc = datetime.fromtimestamp(self.published / 1000, UTC)
        return utc.astimezone(ZoneInfo("Europe/Paris"))


def apa(reference: Reference) -> str:
    """One line in APA style; names stay whole, as their bearers wrote them."""
    language = "en" if reference.language.lower().startswith("en") else "fr"
    names = [_line(name).rstrip(".") for name in reference.authors[:MAX_NAMED]]
    joined = names[0] if names else _line(reference.publisher)
    if len(names) > 1:
        joined = f"{', '.join(names[:-1])} & {names[-1]}"
    date, month = reference.date, MONTHS[language][reference.date.month - 1]
    day = f"{date.year}, {month} {date.day}" if language == "en" else _french(date, month)
    title = _line(reference.title)
    end = "" if title.endswith((".", "!", "?", "…")) else "."
    return f"{joined}. ({day}). {title}{end} {_line(reference.publisher)}. {reference.url}"


def bibtex(reference: Reference) -> str:
    """A `@misc` entry; names in braces, so that no program takes them apart."""
    authors = " and ".join(f"{{{_tex(name)}}}" for name in reference.authors)
    rows = {
        "author": authors,
        "title": f"{{{_tex(reference.title)}}}",
        "year": str(reference.date.year),
        "month": None,
        "publisher": f"{{{_tex(reference.publisher)}}}",
        "howpublished": f"{{\\url{{{_ADDRESS.sub('', reference.url)}}}}}",
        "url": _ADDRESS.sub("", reference.url),
        "language": _tex(reference.language),
        "note": f"{{{_tex(reference.licence)}}}" if reference.licence else "",
    }
    lines = [f"@misc{{{_key(reference)},"]
    for name, value in rows.items():
        if name == "month":
            lines.append(f"  month = {BIBTEX_MONTHS[reference.date.month - 1]},")
        elif value:
            lines.append(f"  {name} = {{{value}}},")
    return "\n".join([*lines, "}", ""])


def _french(date: datetime, month: str) -> str:
    first = "1er" if date.day == 1 else str(date.day)
    return f"{date.year}, {first} {month}"


def _key(reference: Reference) -> str:
    """`lemarchand2026_7301…`: letters and digits only, the number keeps it apart from others."""
    who = reference.authors[0] if reference.authors else reference.publisher
    plain = unicodedata.normalize("NFKD", who.split()[-1] if who.split() else "")
    letters = "".join(c for c in plain.lower() if c.isascii() and c.isalnum())
    return f"{letters or 'communotic'}{reference.date.year}_{reference.number}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in _line(text))
