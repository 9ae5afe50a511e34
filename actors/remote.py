"""Actors of other servers: found, checked both ways, and kept for a day."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import orjson

from actors.identifiers import Identifiers
from actors.parsing import actor_record, is_complete, key_records, remote_keys
from actors.policy import DomainRules
from actors.sanctions import save_remote
from federation.addresses import normalise_host
from federation.client import HttpClient
from federation.documents import Document
from federation.errors import Gone, Unreachable, Untrusted
from federation.fetch import Budget, Fetcher
from federation.webfinger import confirm, parse_acct, resolve
from storage.records import ActorRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

FRESH_MS: Final = 24 * 3_600_000
# A document that just came with a key is not fetched again to look at the name in it.
JUST_SEEN_MS: Final = 600_000
GONE: Final = 410


class RemoteActors:
    """Every actor that is not ours, by URL or by name; local ones are given as they are."""

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        client: HttpClient,
        identifiers: Identifiers,
        clock: Callable[[], float],
        rules: DomainRules,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._client = client
        self._identifiers = identifiers
        self._clock = clock
        self.rules = rules
        self._under_way: dict[str, asyncio.Task[ActorRecord]] = {}

    async def by_url(
        self, url: str, *, refresh: bool = False, budget: Budget | None = None
    ) -> ActorRecord:
        """The actor with this id (or one whose page this is), fetched unless known and fresh.

        WebFinger has to agree with the name in both directions. A record that is out of date is
        better than none while its server is silent, unless `refresh` asks for the truth. Raises
        `Gone`, `Unreachable`, `Untrusted`, and `Refused` 403 for a suspended domain.
        """
        if self._identifiers.is_local(url):
            return await self._local(url)
        await self.rules.refuse_if_suspended(url)
        known = await self._store.query(lambda tx: tx.actors.by_url(url))
        now = self._now()
        if known is not None and not refresh and known.fetched_at > now - FRESH_MS:
            return _living(known)
        try:
            return await self._fetch_once(url, known, refresh, budget)
        except Unreachable:
            if known is None or refresh or not known.fetched_at:
                raise
            log.info("keeping the old record of %s: its server is silent", url)
            return _living(known)

    async def by_acct(self, acct: str, *, budget: Budget | None = None) -> ActorRecord:
        """The actor known as `user@host`, `@user@host` or `acct:…`; raises as `by_url`."""
        username, host = parse_acct(acct)
        if host == normalise_host(self._identifiers.host):
            found = await self._store.query(lambda tx: tx.actors.local(username))
            if found is None:
                raise Gone(acct, 404)
            return found
        await self.rules.refuse_if_suspended(host)
        known = await self._store.query(lambda tx: tx.actors.by_account(username, host))
        if known is not None and known.fetched_at > self._now() - FRESH_MS:
            return _living(known)
        answer = await resolve(self._client, f"{username}@{host}")
        actor = await self.by_url(answer.actor_url, budget=budget)
        named = (actor.username.lower(), actor.host)
        if named != (username.lower(), host) and named != _name(answer.subject):
            raise Untrusted(answer.actor_url, f"{acct} is not the name of this actor")
        return actor

    async def resolve(self, text: str) -> ActorRecord:
        """The actor behind what a person typed: a name or an address; raises as `by_url`."""
        typed = text.strip()
        if typed.startswith(("https://", "http://")):
            return await self.by_url(typed)
        return await self.by_acct(typed)

    async def _fetch_once(
        self, url: str, known: ActorRecord | None, refresh: bool, budget: Budget | None
    ) -> ActorRecord:
        """Fetch, unless somebody is fetching the same actor just now: then share the result."""
        task = self._under_way.get(url)
        if task is None:
            task = asyncio.create_task(self._fetch(url, known, refresh, budget))
            self._under_way[url] = task
            task.add_done_callback(lambda done: self._landed(url, done))
        return await asyncio.shield(task)

    def _landed(self, url: str, task: asyncio.Task[ActorRecord]) -> None:
        del self._under_way[url]
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it as forgotten

    async def _fetch(
        self, url: str, known: ActorRecord | None, refresh: bool, budget: Budget | None
    ) -> ActorRecord:
        document = None if refresh else self._just_seen(known)
        if document is None:
            try:
                document = await self._fetcher.actor(url, budget=budget, fresh=refresh)
            except Gone as gone:
                if known is not None and gone.status == GONE:
                    await self._bury(known)
                raise
        now = self._now()
        record = actor_record(document, now)
        await self.rules.refuse_if_suspended(record.url)
        username, host = _name(await self._confirmed(document))
        if username != record.username.lower():
            raise Untrusted(record.url, f"WebFinger calls this actor {username}")
        await self.rules.refuse_if_suspended(host)
        confirmed = replace(record, host=host, fetched_at=now)
        return await self._store.write(lambda tx: _save(tx, confirmed, document, now))

    async def _confirmed(self, document: Document) -> str:
        try:
            return await confirm(self._client, document)
        except Gone:
            # The actor is there; a `Gone` would read as its end.
            raise Untrusted(document.id or "", "WebFinger does not know this actor") from None

    def _just_seen(self, known: ActorRecord | None) -> Document | None:
        if known is None or known.fetched_at or known.updated_at < self._now() - JUST_SEEN_MS:
            return None
        document = Document(orjson.loads(known.document)) if known.document else None
        return document if document and is_complete(document) else None

    async def _bury(self, known: ActorRecord) -> None:
        now = self._now()
        await self._store.write(lambda tx: tx.actors.set_state(known.id, "gone", now))

    async def _local(self, url: str) -> ActorRecord:
        name = self._identifiers.named(url)
        found = await self._store.query(lambda tx: tx.actors.local(name)) if name else None
        if found is None:
            raise Gone(url, 404)
        return _living(found)

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _living(actor: ActorRecord) -> ActorRecord:
    if actor.state == "gone":
        raise Gone(actor.url, GONE)
    return actor


def _name(acct: str) -> tuple[str, str]:
    username, host = parse_acct(acct)
    return username.lower(), host


async def _save(tx: Tx, record: ActorRecord, document: Document, now: int) -> ActorRecord:
    saved = await save_remote(tx, record)
    await tx.actors.revive(saved.id)
    await tx.actors.replace_keys(saved.id, key_records(saved.id, remote_keys(document), now))
    return replace(saved, state="active") if saved.state == "gone" else saved
