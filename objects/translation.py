"""Posts in another language: who may have them translated, and translations that are kept."""

import asyncio
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from actors.memory import Memory
from config.settings import Settings
from federation.errors import FederationError, Refused
from federation.translation import TranslationService
from objects.text import plain_text, sanitise
from storage.records import ObjectRecord
from storage.store import Store
from storage.translations import TranslationRecord

LANGUAGES_S: Final = 3_600.0
AT_ONCE: Final = 4


class Source(msgspec.Struct, frozen=True):
    """What of a post is translated: HTML, and plain texts of polls and files by their ids."""

    content: str
    spoiler: str = ""
    options: list[str] = []
    descriptions: dict[str, str] = {}


class Translation(msgspec.Struct, frozen=True):
    """A post in another language; `language` is the one that it was written in."""

    source: Source
    language: str
    provider: str


def translates(settings: Settings) -> bool:
    """Whether posts are translated here."""
    return bool(settings.libretranslate_url or settings.deepl_key)


@dataclass(slots=True)
class Translator:
    """Asks the service once for each post and language."""

    store: Store
    service: TranslationService
    clock: Callable[[], float]
    _languages: Memory[str, dict[str, list[str]]] = field(init=False)
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def __post_init__(self) -> None:
        self._languages = Memory(self.clock, size=1, ttl_s=LANGUAGES_S)

    async def languages(self) -> dict[str, list[str]]:
        """From which languages into which; raises `Refused` 503 when nobody answers."""
        found = self._languages.get("")
        if found is None:
            try:
                found = await self.service.languages()
            except Refused:
                raise
            except FederationError as error:
                raise _silent() from error
            self._languages.put("", found)
        return found

    async def translate(self, record: ObjectRecord, source: Source, target: str) -> Translation:
        """A post that everybody may see in the language `target`.

        Raises `Refused`: 403 when it cannot be had in this language, or is not for everybody;
        503 when the service does not answer.
        """
        if record.visibility not in ("public", "unlisted"):
            raise Refused(403, "private", "This action is not allowed")
        if not _possible(await self.languages(), record.language, target):
            raise Refused(403, "no-language", "This action is not allowed")
        edited = record.edited_at or record.published_at
        kept = await self.store.query(lambda tx: tx.translations.find(record.id, target, edited))
        if kept is not None:
            return msgspec.json.decode(kept, type=Translation)
        made = await self._ask(source, _base(record.language), target)
        row = TranslationRecord(
            record.id, target, edited, msgspec.json.encode(made).decode(), int(self.clock() * 1000)
        )
        await self.store.write(lambda tx: tx.translations.keep(row))
        return made

    async def _ask(self, source: Source, language: str, target: str) -> Translation:
        plain = [source.spoiler, *source.options, *source.descriptions.values()]
        texts = [source.content, *(html.escape(text, quote=False) for text in plain)]
        wanted = [place for place, text in enumerate(texts) if text.strip()]
        try:
            async with self._turn:
                found = await self.service.translate([texts[p] for p in wanted], language, target)
        except Refused:
            raise
        except FederationError as error:
            raise _silent() from error
        for place, text in zip(wanted, found.texts, strict=True):
            texts[place] = text
        return Translation(_read(source, texts), found.source or language, self.service.provider)


def _read(source: Source, texts: Sequence[str]) -> Source:
    """What came back, made harmless: HTML in the content alone."""
    content, *rest = texts
    spoiler, *others = (plain_text(text) for text in rest)
    split = len(source.options)
    return Source(
        sanitise(content),
        spoiler,
        others[:split],
        dict(zip(source.descriptions, others[split:], strict=True)),
    )


def _possible(languages: dict[str, list[str]], source: str, target: str) -> bool:
    if not source:
        return any(target in targets for targets in languages.values())
    return target in languages.get(_base(source), ())


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def _silent() -> Refused:
    return Refused(503, "translation", "The translation service is not available.")
