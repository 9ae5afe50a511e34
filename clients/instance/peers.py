"""Other servers, rules about them, and twelve weeks of activity."""

import hashlib
from typing import Final

from actors.memory import Memory
from clients.door import Call, Door, missing
from clients.entities.instance import Activity, DomainBlock
from storage.instance import WEEK_MS
from storage.records import DomainRuleRecord

WEEKS: Final = 12
HOUR_S: Final = 3_600.0
# The epoch was a Thursday; weeks begin on Mondays.
MONDAY_MS: Final = 4 * 24 * 3_600_000
SHOWN: Final = {"limit": "silence", "suspend": "suspend"}


def add_peer_routes(door: Door) -> None:
    """Register the endpoints."""
    clock = door.context.outbox.clock
    weeks: Memory[int, list[Activity]] = Memory(clock, size=2, ttl_s=HOUR_S)

    @door.get("/api/v1/instance/peers", who="anyone")
    async def peers(call: Call) -> list[str]:
        if not (await call.context.site.rules()).peers:
            raise missing()
        return await call.store.query(lambda tx: tx.instance.peers())

    @door.get("/api/v1/instance/activity", who="anyone")
    async def activity(call: Call) -> list[Activity]:
        first = _monday(call.context.now()) - (WEEKS - 1) * WEEK_MS
        found = weeks.get(first)
        if found is None:
            counted = await call.store.query(lambda tx: tx.instance.weeks(first, WEEKS))
            found = [
                Activity(
                    week=str(week.starts_at // 1000),
                    statuses=str(week.posts),
                    logins=str(week.active),
                    registrations=str(week.joined),
                )
                for week in reversed(counted)
            ]
            weeks.put(first, found)
        return found

    @door.get("/api/v1/instance/domain_blocks", who="anyone")
    async def domain_blocks(call: Call) -> list[DomainBlock]:
        shown_to = (await call.context.site.rules()).blocks
        if shown_to == "nobody" or (shown_to == "members" and call.viewer is None):
            raise missing()
        rules = await call.store.query(lambda tx: tx.relationships.domain_rules())
        return [_block(rule) for rule in rules if rule.severity in SHOWN]


def digest(domain: str) -> str:
    """What tells others that their block is about the same domain."""
    return hashlib.sha256(domain.encode()).hexdigest()


def obfuscated(domain: str) -> str:
    """A name of which a quarter at each end can be read."""
    shown = len(domain) // 4
    return "".join(
        "*" if shown < place < len(domain) - shown and letter != "." else letter
        for place, letter in enumerate(domain)
    )


def _block(rule: DomainRuleRecord) -> DomainBlock:
    return DomainBlock(
        domain=obfuscated(rule.domain) if rule.obfuscated else rule.domain,
        digest=digest(rule.domain),
        severity=SHOWN[rule.severity],
        comment=rule.public_comment or None,
    )


def _monday(ms: int) -> int:
    """The beginning of the week of a moment."""
    return ms - (ms - MONDAY_MS) % WEEK_MS
