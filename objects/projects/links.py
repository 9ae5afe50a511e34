"""Links that let somebody without an account, a funder say, read what a project tells of a period.

The secret is known to whoever got the address; here only its hash is kept.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from actors.administration import audit
from actors.auth import TOKEN_BYTES, token_hash
from objects.projects.fields import ProjectReach
from objects.projects.reporting import Period, Report, reach_named, report_of
from storage.ids import new_id
from storage.project_links import ProjectLinkRecord
from storage.records import ActorRecord
from storage.store import Tx

KIND: Final = "reading"
MAX_SECRET: Final = 100
USED_AGAIN_MS: Final = 60_000
"""Uses within a minute of each other are noted once."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens."""

    link: ProjectLinkRecord
    report: Report


async def make_link(
    tx: Tx,
    group: ActorRecord,
    lead: ActorRecord,
    label: str,
    reach: ProjectReach,
    period: Period,
    expires_at: int,
    now: int,
) -> str:
    """A new link to a project that `lead` leads, here; gives the secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    link = ProjectLinkRecord(
        id=new_id(),
        project_id=group.id,
        kind=KIND,
        secret_hash=token_hash(secret),
        label=label,
        reach=reach,
        period_from=period.start_ms,
        period_to=period.end_ms,
        created_by=lead.id,
        created_at=now,
        expires_at=expires_at,
    )
    await tx.project_links.add(link)
    await audit(tx, lead.account, "project link", group.account, f"{reach}: {label}"[:200], now)
    return secret


async def revoke_link(
    tx: Tx, group: ActorRecord, lead: ActorRecord, link_id: int, now: int
) -> bool:
    """End a link at once; False when there is none that still opens."""
    ended = await tx.project_links.revoke(group.id, link_id, now)
    if ended:
        await audit(tx, lead.account, "project link revoked", group.account, str(link_id), now)
    return ended


async def opened(tx: Tx, secret: str, now: int) -> Opened | None:
    """What a secret opens; None for one that is wrong, revoked or expired, all the same.

    It is looked up by its hash: how long that takes tells nothing about the secret.
    """
    link = await tx.project_links.living(KIND, token_hash(secret[:MAX_SECRET]), now)
    if link is None:
        return None
    group = await tx.actors.by_id(link.project_id)
    record = await tx.projects.by_id(link.project_id)
    if group is None or record is None or not group.local or group.state != "active":
        return None
    if group.moved_to:
        return None  # an empty report would say that nothing was done
    period = Period.of_moments(link.period_from, link.period_to)
    reach = reach_named(link.reach, "public")
    return Opened(link, await report_of(tx, group, record, period, reach))


def is_news(link: ProjectLinkRecord, now: int) -> bool:
    """Whether this use of a link has still to be noted."""
    return link.last_used_at is None or now - link.last_used_at >= USED_AGAIN_MS
