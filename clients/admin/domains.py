"""Rules about servers and mail domains, as administrators' apps keep them."""

from typing import Any, Final

import msgspec
from quart import Response

from actors.administration import set_domain_rule
from actors.mail_domains import admit_mail_domain, shut_mail_domain
from actors.policy import domain_name
from clients.admin.desk import administrator, possible, written
from clients.door import JSON, Call, Door, missing
from clients.entities.admin import (
    AdminDomainAllow,
    AdminDomainBlock,
    AdminEmailDomainBlock,
)
from clients.entities.base import moment
from clients.instance.peers import digest
from clients.paging import Paged
from federation.errors import Refused, Untrusted
from federation.policy import matching_rule
from storage.administration import MailDomainRecord
from storage.records import DomainRuleRecord
from storage.spans import Span
from storage.store import Tx

BLOCKS: Final = "/api/v1/admin/domain_blocks"
ALLOWS: Final = "/api/v1/admin/domain_allows"
MAIL: Final = "/api/v1/admin/email_domain_blocks"
PAGE: Final = 100
SHOWN: Final = {"limit": "silence", "suspend": "suspend", "reject_media": "noop"}


class Block(msgspec.Struct):
    """A rule about a server; what is not said stays as it is."""

    domain: str = ""
    severity: str | None = None
    reject_media: bool | None = None
    private_comment: str | None = None
    public_comment: str | None = None
    obfuscate: bool | None = None


class Domain(msgspec.Struct):
    """A domain."""

    domain: str = ""


def add_domain_routes(door: Door) -> None:
    """Register the endpoints."""
    _blocks(door)
    _allows(door)
    _mail(door)


def _blocks(door: Door) -> None:
    read, write = "admin:read:domain_blocks", "admin:write:domain_blocks"

    @door.get(BLOCKS, read)
    async def listed(call: Call) -> Paged:
        found = await _page(call, ("limit", "suspend", "reject_media"))
        return Paged.of([_block(rule) for rule in found], [r.id for r in found], _span(call))

    @door.get(f"{BLOCKS}/<int:rule_id>", read)
    async def one(call: Call, rule_id: int) -> AdminDomainBlock:
        return _block(await _rule(call, rule_id, blocking=True))

    @door.post(BLOCKS, write)
    async def add(call: Call) -> AdminDomainBlock | Response:
        administrator(call)
        block = await call.read(Block)
        name = _name(call, block.domain)
        before = await call.store.query(lambda tx: tx.relationships.domain_rule(name))
        if before is not None and before.severity in SHOWN:
            return _exists(before)
        severity = _severity(block.severity or "silence", bool(block.reject_media))
        return _block(await _set(call, name, severity, block))

    @door.put(f"{BLOCKS}/<int:rule_id>", write)
    async def change(call: Call, rule_id: int) -> AdminDomainBlock:
        before, block = await _rule(call, rule_id, blocking=True), await call.read(Block)
        severity = before.severity
        if block.severity is not None or block.reject_media is not None:
            pictures = block.reject_media
            if pictures is None:
                pictures = severity == "reject_media"
            severity = _severity(block.severity or SHOWN[severity], pictures)
        if block.private_comment is None:
            block.private_comment = before.reason
        return _block(await _set(call, before.domain, severity, block))

    @door.delete(f"{BLOCKS}/<int:rule_id>", write)
    async def remove(call: Call, rule_id: int) -> dict[str, Any]:
        await _drop(call, await _rule(call, rule_id, blocking=True))
        return {}


def _allows(door: Door) -> None:
    read, write = "admin:read:domain_allows", "admin:write:domain_allows"

    @door.get(ALLOWS, read)
    async def listed(call: Call) -> Paged:
        found = await _page(call, ("allow",))
        return Paged.of([_allow(rule) for rule in found], [r.id for r in found], _span(call))

    @door.get(f"{ALLOWS}/<int:rule_id>", read)
    async def one(call: Call, rule_id: int) -> AdminDomainAllow:
        return _allow(await _rule(call, rule_id, blocking=False))

    @door.post(ALLOWS, write)
    async def add(call: Call) -> AdminDomainAllow:
        administrator(call)
        name = _name(call, (await call.read(Domain)).domain)
        before = await call.store.query(lambda tx: tx.relationships.domain_rule(name))
        if before is not None and before.severity != "allow":
            detail = "Validation failed: Domain has a rule already; change or remove that one"
            raise Refused(422, "has-rule", detail)
        return _allow(before or await _set(call, name, "allow", Block()))

    @door.delete(f"{ALLOWS}/<int:rule_id>", write)
    async def remove(call: Call, rule_id: int) -> dict[str, Any]:
        await _drop(call, await _rule(call, rule_id, blocking=False))
        return {}


def _mail(door: Door) -> None:
    read, write = "admin:read:email_domain_blocks", "admin:write:email_domain_blocks"

    @door.get(MAIL, read)
    async def listed(call: Call) -> Paged:
        administrator(call)
        span = _span(call)
        found = await call.store.query(lambda tx: tx.administration.mail_domains(span))
        return Paged.of([_mail_domain(one) for one in found], [one.id for one in found], span)

    @door.get(f"{MAIL}/<int:rule_id>", read)
    async def one(call: Call, rule_id: int) -> AdminEmailDomainBlock:
        administrator(call)
        found = await call.store.query(lambda tx: tx.administration.mail_domain(rule_id))
        if found is None:
            raise missing()
        return _mail_domain(found)

    @door.post(MAIL, write)
    async def add(call: Call) -> AdminEmailDomainBlock:
        who, now = administrator(call), call.context.now()
        domain = (await call.read(Domain)).domain
        return _mail_domain(await written(call, lambda tx: shut_mail_domain(tx, who, domain, now)))

    @door.delete(f"{MAIL}/<int:rule_id>", write)
    async def remove(call: Call, rule_id: int) -> dict[str, Any]:
        who, now = administrator(call), call.context.now()
        if not await call.store.write(lambda tx: admit_mail_domain(tx, who, rule_id, now)):
            raise missing()
        return {}


def _span(call: Call) -> Span:
    return call.span(PAGE, PAGE * 2)


async def _page(call: Call, severities: tuple[str, ...]) -> list[DomainRuleRecord]:
    administrator(call)
    span = _span(call)
    return await call.store.query(
        lambda tx: tx.relationships.domain_rules_page(list(severities), span)
    )


async def _rule(call: Call, rule_id: int, *, blocking: bool) -> DomainRuleRecord:
    """A rule by its number; raises `Refused` 404."""
    administrator(call)
    found = await call.store.query(lambda tx: tx.relationships.domain_rule_by_id(rule_id))
    if found is None or (found.severity in SHOWN) != blocking:
        raise missing()
    return found


def _name(call: Call, typed: str) -> str:
    """The domain of a rule; raises `Refused` 422 for what is none, and for our own."""
    try:
        name = domain_name(typed)
    except Untrusted:
        raise Refused(422, "no-domain", "Validation failed: Domain is not a valid domain") from None
    if matching_rule(call.context.identifiers.host, {name: True}):
        raise Refused(422, "own-domain", "Validation failed: Domain is this server's own")
    return name


def _severity(severity: str, reject_media: bool) -> str:
    """What apps mean as one of our severities; raises `Refused` 422 for what we do not have."""
    match severity, reject_media:
        case "suspend", _:
            return "suspend"
        case "silence", False:
            return "limit"
        case "noop", True:
            return "reject_media"
        case "silence", True:
            detail = "Severity silence cannot be combined with reject_media here; choose one"
        case "noop", False:
            detail = "Severity noop does nothing here without reject_media"
        case _:
            detail = "Severity is not included in the list"
    raise Refused(422, "severity", f"Validation failed: {detail}")


async def _set(call: Call, name: str, severity: str, block: Block) -> DomainRuleRecord:
    who, now = administrator(call), call.context.now()

    async def operation(tx: Tx) -> DomainRuleRecord:
        await set_domain_rule(
            tx,
            who,
            name,
            severity,
            block.private_comment or "",
            now,
            public_comment=block.public_comment,
            obfuscated=block.obfuscate,
        )
        found = await tx.relationships.domain_rule(name)
        assert found is not None
        return found

    return await written(call, operation)


async def _drop(call: Call, rule: DomainRuleRecord) -> None:
    who, now = administrator(call), call.context.now()
    await possible(call.store.write(lambda tx: set_domain_rule(tx, who, rule.domain, "", "", now)))


def _exists(before: DomainRuleRecord) -> Response:
    """What Mastodon answers when there is a rule already: that one."""
    body = {
        "error": "Validation failed: Domain has already been taken",
        "existing_domain_block": _block(before),
    }
    return Response(msgspec.json.encode(body), status=422, content_type=JSON)


def _block(rule: DomainRuleRecord) -> AdminDomainBlock:
    return AdminDomainBlock(
        id=str(rule.id),
        domain=rule.domain,
        digest=digest(rule.domain),
        created_at=moment(rule.created_at),
        severity=SHOWN[rule.severity],
        reject_media=rule.severity in ("reject_media", "suspend"),
        reject_reports=rule.severity == "suspend",
        private_comment=rule.reason or None,
        public_comment=rule.public_comment or None,
        obfuscate=bool(rule.obfuscated),
    )


def _allow(rule: DomainRuleRecord) -> AdminDomainAllow:
    return AdminDomainAllow(id=str(rule.id), domain=rule.domain, created_at=moment(rule.created_at))


def _mail_domain(record: MailDomainRecord) -> AdminEmailDomainBlock:
    return AdminEmailDomainBlock(
        id=str(record.id),
        domain=record.domain,
        created_at=moment(record.created_at),
        history=[],
    )
