"""Importing from other systems: dates kept, nobody told, nothing twice, doubts become drafts."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from federation.client import HttpClient
from federation.errors import FederationError, Refused
from objects.experiences.checking import check
from objects.experiences.drafts import Writer, Written, start
from objects.importing.concepts import KnownConcepts, known_concepts
from objects.importing.mapping import build
from objects.importing.report import (
    MAX_ITEMS,
    BadSource,
    Built,
    Item,
    Kind,
    Outcome,
    Picture,
    Problem,
    Report,
    problem,
)
from objects.media import MediaLimits, store_upload
from objects.text import plain_text
from outbox.acts.experiences import publish_experience
from outbox.context import ActRefused, OutboxContext
from storage.files import MediaFiles
from storage.imports import ImportRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

log = logging.getLogger(__name__)

MAX_PICTURES: Final = 12
_NOT_KEPT: Final = frozenset(
    {"picture-not-fetched", "picture-missing", "picture-refused", "too-many-pictures"}
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to import. `people`: name or login elsewhere → the account here that it becomes.

    `drafts_only`: nothing is published. `agreed`: the people in the pictures agreed. `fetch`:
    pictures on the web are fetched.
    """

    kind: Kind
    author: ActorRecord
    dry: bool = False
    drafts_only: bool = False
    agreed: bool = False
    fetch: bool = False
    people: Mapping[str, ActorRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Importer:
    """Imports the items of one source; `read` gives the files that stand beside them."""

    context: OutboxContext
    files: MediaFiles
    limits: MediaLimits
    client: HttpClient
    wishes: Wishes
    read: Callable[[str], bytes | None]

    async def run(self, items: Iterable[Item]) -> Report:
        """Import everything, one item after the other; what stands in the way is in the report."""
        report = Report(self.wishes.kind, self.wishes.dry)
        known = await self.context.store.query(known_concepts)
        seen: set[str] = set()
        try:
            for item in items:
                if len(report.outcomes) >= MAX_ITEMS:
                    report.general.append(problem("", "too-many-items", str(MAX_ITEMS)))
                    break
                key = item.key(self.wishes.kind)
                report.outcomes.append(await self._one(item, key, known, doubled=key in seen))
                seen.add(key)
        except BadSource as error:
            if not report.outcomes:
                raise
            report.general.append(Problem("", error.code, error.value))
        return report

    async def _one(self, item: Item, key: str, known: KnownConcepts, *, doubled: bool) -> Outcome:
        before = await self.context.store.query(lambda tx: tx.imports.known([key]))
        author = self.wishes.people.get(item.author.strip().lower(), self.wishes.author)
        mapped = author.id != self.wishes.author.id
        item = replace(item, author="") if mapped else item
        built = build(item, known, self.context.language)
        title = built.experience.title or item.where
        if before or doubled:
            return Outcome(item.where, title, "known", published_at=built.published_at)
        missing = self._missing(item, built)
        draft = bool(missing) or built.doubtful or self.wishes.drafts_only
        problems = (*built.problems, *missing)
        if self.wishes.dry:
            problems += tuple(self._picture_problems(item))
            state = Outcome(item.where, title, "draft" if draft else "published", problems)
            return replace(state, published_at=built.published_at)
        try:
            return await self._keep(item, key, author, built, draft=draft, problems=problems)
        except (ActRefused, Refused) as refused:
            why = problem("", "refused", refused.detail)
            return Outcome(item.where, title, "refused", (*problems, why), built.published_at)

    def _missing(self, item: Item, built: Built) -> tuple[Problem, ...]:
        """What the experience lacks to be published."""
        experience = replace(built.experience, consent=self.wishes.agreed)
        found = check(experience, pictures=bool(item.pictures))
        return tuple(problem(each.field, f"lacks-{each.code}") for each in found)

    # what is kept

    async def _keep(
        self,
        item: Item,
        key: str,
        author: ActorRecord,
        built: Built,
        *,
        draft: bool,
        problems: tuple[Problem, ...],
    ) -> Outcome:
        media, about_pictures = await self._pictures(item, author, built.experience.title)
        problems += tuple(about_pictures)
        experience = replace(built.experience, consent=self.wishes.agreed and bool(media))
        left = [each.field for each in about_pictures if each.code in _NOT_KEPT and each.field]
        if left:
            lines = "\n".join(f"- Image : {name}" for name in left)
            experience = replace(experience, context=f"{experience.context}\n\n{lines}".strip())
        built = replace(built, experience=experience)
        title = experience.title or item.where
        if not draft:
            try:
                record = await self._publish(key, author, built, media)
                return Outcome(
                    item.where, title, "published", problems, record.published_at, record.url
                )
            except ActRefused as refused:
                problems += (problem("", "refused-to-draft", refused.detail),)
        number = await self._draft(key, author, built, media)
        address = f"{self.context.identifiers.origin}/drafts/{number}"
        return Outcome(item.where, title, "draft", problems, built.published_at, address)

    async def _publish(
        self, key: str, author: ActorRecord, built: Built, media: list[int]
    ) -> ObjectRecord:
        async def note(tx: Tx, record: ObjectRecord) -> None:
            await self._note(tx, key, built, object_id=record.id)

        return await publish_experience(
            self.context,
            author,
            built.experience,
            media_ids=media,
            published_at=built.published_at,
            quiet=True,
            also=note,
        )

    async def _draft(self, key: str, author: ActorRecord, built: Built, media: list[int]) -> int:
        written = Written(built.experience, {}, author.id)
        writer = Writer(author, author.type == "Organization", author)
        now = self.context.now()

        async def operation(tx: Tx) -> int:
            made = await start(tx, writer, written, now, media_ids=media)
            await self._note(tx, key, built, draft_id=made.record.id)
            return made.record.id

        return await self.context.store.write(operation)

    async def _note(
        self,
        tx: Tx,
        key: str,
        built: Built,
        *,
        object_id: int | None = None,
        draft_id: int | None = None,
    ) -> None:
        record = ImportRecord(key, object_id, draft_id, built.published_at, self.context.now())
        if not await tx.imports.add(record):
            raise ActRefused(409, "known", "This was imported meanwhile.")

    # pictures

    def _picture_problems(self, item: Item) -> Iterable[Problem]:
        """What a real run would say of the pictures, without storing or fetching any."""
        for picture in item.pictures[:MAX_PICTURES]:
            if picture.url and not self.wishes.fetch:
                yield problem(picture.url, "picture-not-fetched")
            elif not picture.url and (not picture.path or self.read(picture.path) is None):
                yield problem(picture.path, "picture-missing")
            elif not picture.description:
                yield problem(picture.path or picture.url, "picture-undescribed")

    async def _pictures(
        self, item: Item, author: ActorRecord, title: str
    ) -> tuple[list[int], list[Problem]]:
        """The numbers of the files that were kept, and what is to be said of the others."""
        media: list[int] = []
        problems = [
            problem(picture.path or picture.url, "too-many-pictures")
            for picture in item.pictures[MAX_PICTURES:]
        ]
        for picture in item.pictures[:MAX_PICTURES]:
            name = picture.path or picture.url
            if picture.url and not self.wishes.fetch:
                problems.append(problem(name, "picture-not-fetched"))
                continue
            content = await self._content(picture)
            if content is None:
                problems.append(problem(name, "picture-missing"))
                continue
            described = picture.description or f"Illustration : {plain_text(title)}"
            try:
                stored = await store_upload(
                    self.context.store,
                    self.files,
                    self.limits,
                    author,
                    content,
                    described,
                    self.context.now(),
                )
            except Refused as refused:
                problems.append(problem(name, "picture-refused", refused.detail))
                continue
            media.append(stored.id)
            if not picture.description:
                problems.append(problem(name, "picture-undescribed"))
        return media, problems

    async def _content(self, picture: Picture) -> bytes | None:
        if not picture.url:
            return self.read(picture.path) if picture.path else None
        if urlsplit(picture.url).scheme not in ("http", "https"):
            return None
        try:
            answer = await self.client.get(
                picture.url, accept="image/*", max_bytes=self.limits.max_bytes
            )
        except FederationError as error:
            log.info("a picture to import was not had: %s", error)
            return None
        return answer.body if answer.status == 200 else None
