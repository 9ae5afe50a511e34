"""Bringing one's archive from another node: texts, dates and files; nobody is told."""

import logging
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import orjson

from actors.local import ProfileChanges
from federation.documents import Document
from federation.errors import FederationError, Refused
from objects.archive.reading import Archive
from objects.experiences.fields import Experience, to_json
from objects.experiences.wire import experience_of
from objects.media import MediaLimits, store_upload
from objects.reading import attachments_of
from outbox.acts.experiences import publish_experience
from outbox.acts.follow import ask
from outbox.c2s_profile import change_profile
from outbox.context import ActRefused, OutboxContext
from storage.drafts import DraftRecord
from storage.files import MediaFiles
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

log = logging.getLogger(__name__)

BATCH: Final = 50
KEPT_CHOICES: Final = ("mail", "profile", "posts", "reading")


@dataclass
class Brought:
    """What came along; `problems` says in few words what did not."""

    experiences: int = 0
    known: int = 0
    files: int = 0
    drafts: int = 0
    followed: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bringer:
    """Brings one archive into one account."""

    context: OutboxContext
    files: MediaFiles
    limits: MediaLimits
    actor: ActorRecord

    async def bring(self, path: Path, *, follow: bool = True) -> Brought:
        """Take over everything that is not here yet. Raises `BadArchive`.

        It may be done again: experiences of the same title and date are left alone. With
        `follow` the accounts of the list are asked, each on its own server.
        """
        brought = Brought()
        with Archive(path) as archive:
            await self._profile(archive.actor())
            await self._choices(archive.chosen())
            here = await self._here()
            for name, document in archive.experiences():
                if document is None:
                    brought.problems.append(f"{name}: not readable")
                    continue
                await self._experience(archive, name, document, brought, here)
            for draft in archive.drafts():
                await self._draft(draft, brought)
            for account in archive.following() if follow else ():
                await self._follow(account, brought)
        return brought

    async def _profile(self, document: Document) -> None:
        """The words of the profile, unless there are some here already."""
        if self.actor.summary:
            return
        facts = [
            (item.text("name") or "", item.text("value") or "")
            for item in document.items("attachment")
            if item.type == "PropertyValue"
        ]
        changes = ProfileChanges(
            name=document.text("name") or None,
            summary=document.text("summary") or None,
            fields=facts or None,
        )
        await change_profile(self.context, self.actor, changes)

    async def _choices(self, chosen: dict[str, Any]) -> None:
        async def operation(tx: Tx) -> None:
            for name in KEPT_CHOICES:
                if name in chosen and await tx.preferences.get(self.actor.id, name) is None:
                    text = orjson.dumps(chosen[name]).decode()
                    await tx.preferences.put(self.actor.id, name, text)

        await self.context.store.write(operation)

    async def _experience(
        self,
        archive: Archive,
        name: str,
        document: Document,
        brought: Brought,
        here: set[tuple[str, int]],
    ) -> None:
        experience = experience_of(document)
        if experience is None:
            brought.problems.append(f"{name}: not an experience")
            return
        published = document.time("published")
        mark = (experience.title, (published or 0) // 1000)
        if mark in here:
            brought.known += 1
            return
        media = await self._media(archive, name, document, brought)
        try:
            await self._publish(experience, published, media)
        except ActRefused:
            # People or an original that cannot be found from here: their addresses go.
            alone = replace(experience, contributors=(), adapted_from="")
            try:
                await self._publish(alone, published, media)
            except ActRefused as refused:
                brought.problems.append(f"{name}: {refused.detail}")
                return
            brought.problems.append(f"{name}: without its co-authors and its original")
        here.add(mark)
        brought.experiences += 1

    async def _publish(
        self, experience: Experience, published: int | None, media: list[int]
    ) -> None:
        await publish_experience(
            self.context,
            self.actor,
            experience,
            media_ids=media,
            published_at=published,
            quiet=True,
        )

    async def _here(self) -> set[tuple[str, int]]:
        """Title and second of each experience that the account has."""
        found: set[tuple[str, int]] = set()
        before: int | None = None
        while batch := await self.context.store.query(partial(_some, self.actor.id, before)):
            found |= {(record.name, record.published_at // 1000) for record in batch}
            before = batch[-1].id
        return found

    async def _media(
        self, archive: Archive, name: str, document: Document, brought: Brought
    ) -> list[int]:
        found = []
        for attached in attachments_of(document):
            file = urlsplit(attached.url).path.rpartition("/")[2]
            content = archive.file(file, self.limits.max_bytes)
            number = await self._stored(content, attached.description) if content else None
            if number is None:
                brought.problems.append(f"{name}: the file {file[:80]} is missing or refused")
            else:
                found.append(number)
                brought.files += 1
        return found

    async def _stored(self, content: bytes, description: str) -> int | None:
        try:
            media = await store_upload(
                self.context.store,
                self.files,
                self.limits,
                self.actor,
                content,
                description,
                self.context.now(),
            )
        except Refused as refused:
            log.info("a file of an archive was refused: %s", refused.detail)
            return None
        return media.id

    async def _draft(self, draft: dict[str, Any], brought: Brought) -> None:
        try:
            experience = msgspec.convert(draft.get("fields"), Experience)
        except msgspec.ValidationError:
            brought.problems.append("a draft that cannot be read")
            return
        now = self.context.now()
        record = DraftRecord(
            id=new_id(),
            owner_id=self.actor.id,
            author_id=self.actor.id,
            object_id=None,
            base_at=0,
            fields=to_json(experience),
            state="writing",
            reviewer_id=None,
            review_note="",
            revision=1,
            created_at=now,
            updated_at=now,
        )
        # Brought again, the same draft is not doubled.
        record = replace(
            record, born_from=f"archive {draft.get('created')} {experience.title}"[:200]
        )
        if await self.context.store.write(lambda tx: tx.drafts.add(record)):
            brought.drafts += 1

    async def _follow(self, account: str, brought: Brought) -> None:
        try:
            target = await self.context.remote.by_acct(account)
            await ask(self.context, self.actor, target)
        except (FederationError, LookupError, ValueError, ActRefused) as error:
            brought.problems.append(f"{account[:100]} cannot be followed: {error}"[:300])
        else:
            brought.followed += 1


async def _some(actor_id: int, before: int | None, tx: Tx) -> list[ObjectRecord]:
    """Some experiences of an actor, latest first."""
    ids = await tx.timelines.experiences_of(actor_id, before=before, limit=BATCH)
    records = await tx.objects.by_ids(ids)
    return [records[number] for number in ids]
