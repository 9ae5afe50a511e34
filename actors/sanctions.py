"""Carrying out what was decided about a domain: its actors, follows and deliveries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import orjson

from actors.fields import unchecked, with_checks
from actors.policy import Severity, severity_among, stricter
from actors.severances import tell_severed
from federation.addresses import host_of
from federation.errors import Untrusted
from federation.policy import matching_rule
from storage.records import ActorRecord
from storage.sanctions import SanctionStatements, Subject
from storage.store import Tx

CHUNK: Final = 500
PICTURES: Final = ("icon", "image")
NO_MEDIA: Final = ("reject_media", "suspend")


@dataclass(frozen=True, slots=True)
class Consequences:
    """How much a rule ended, for the administrator to read."""

    actors: int = 0
    follows: int = 0
    deliveries: int = 0


async def enforce(tx: Tx, domain: str, now: int) -> Consequences:
    """Apply the rules, as they now stand, to every known actor of `domain` and below it.

    A suspension ends the follows with its actors and cancels what waits for its servers; their
    posts are hidden for as long as it lasts. `reject_media` forgets their pictures.
    """
    statements = SanctionStatements(tx.connection)
    rules = {rule.domain: rule.severity for rule in await tx.relationships.domain_rules()}
    changed: dict[Severity, list[Subject]] = {}
    for subject in await statements.subjects(domain):
        severity = stricter(severity_among(rules, subject.url, subject.host), subject.sanction)
        if severity != subject.severity:
            changed.setdefault(severity, []).append(subject)
    for severity, subjects in changed.items():
        for ids in _chunks([subject.id for subject in subjects]):
            await statements.set_severity(ids, severity)
    for ids in _chunks(s.id for found in changed.values() for s in found if _shown_again(s)):
        await statements.fetch_again(ids)
    for ids in _chunks(subject.id for subject in changed.get("reject_media", ())):
        await statements.drop_pictures(ids)
    hosts = await statements.emoji_hosts()
    await statements.drop_emojis([h for h in hosts if matching_rule(h, rules) in NO_MEDIA])
    follows = 0
    ended: dict[int, tuple[int, int]] = {}
    for ids in _chunks(subject.id for subject in changed.get("suspend", ())):
        for member, (followers, following) in (await tx.severances.threatened(ids)).items():
            before = ended.get(member, (0, 0))
            ended[member] = (before[0] + followers, before[1] + following)
        follows += await statements.end_follows(ids)
    await tell_severed(tx, "domain_block", domain, ended, now)
    cancelled = await _cancel(statements, rules, now)
    return Consequences(sum(map(len, changed.values())), follows, cancelled)


def _shown_again(subject: Subject) -> bool:
    """Whether pictures were refused so far."""
    return subject.severity == "reject_media"


async def _cancel(statements: SanctionStatements, rules: Mapping[str, str], now: int) -> int:
    hosts = await statements.hosts_with_mail()
    suspended = [host for host in hosts if matching_rule(host, rules) == "suspend"]
    if not suspended:
        return 0
    return await statements.cancel_deliveries(suspended, now, "the domain was suspended here")


def _chunks(ids: Iterable[int]) -> Iterable[Sequence[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


async def save_remote(tx: Tx, record: ActorRecord) -> ActorRecord:
    """Keep someone else's actor as the rules allow; gives the row.

    What was decided about the actor alone outlasts the renewal.
    """
    ruled = await severity_in(tx, record)
    allowed = without_pictures(record) if ruled == "reject_media" else record
    if '"<a ' in allowed.fields:
        before = await tx.actors.by_url(record.url)
        allowed = replace(
            allowed, fields=with_checks(before.fields if before else "", allowed.fields)
        )
    saved = await tx.actors.save(replace(allowed, severity=ruled))
    if unchecked(saved.fields):
        await tx.profiles.check_later(saved.id, record.updated_at)
        tx.notify_on_commit("profiles")
    severity = stricter(ruled, saved.sanction)
    if saved.severity != severity:
        await SanctionStatements(tx.connection).set_severity([saved.id], severity)
    return replace(saved, severity=severity)


async def severity_in(tx: Tx, actor: ActorRecord) -> Severity:
    """What the rules in the database say of an actor elsewhere."""
    domains = [domain for name in _hosts(actor) for domain in _with_parents(name)]
    rules = await SanctionStatements(tx.connection).rules_of(domains)
    return severity_among(rules, actor.url, actor.host)


def without_pictures(record: ActorRecord) -> ActorRecord:
    """An actor without avatar, banner and custom emoji, in its stored document too."""
    document = orjson.loads(record.document) if record.document else {}
    kept = {name: value for name, value in document.items() if name not in PICTURES}
    tags = kept.get("tag")
    if isinstance(tags, list):
        kept["tag"] = [t for t in tags if not (isinstance(t, dict) and t.get("type") == "Emoji")]
    text = orjson.dumps(kept).decode() if record.document else ""
    return replace(record, icon="", image="", document=text)


def _hosts(actor: ActorRecord) -> list[str]:
    try:
        return [host_of(actor.url), actor.host]
    except Untrusted:
        return [actor.host]


def _with_parents(host: str) -> list[str]:
    """A host without its port, and every domain above it."""
    if host.startswith("["):
        return [host.partition("]")[0] + "]"]
    parts = host.partition(":")[0].split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]
