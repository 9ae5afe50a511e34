"""Whose notifications wait, and what waits: the policy and the requests."""

from dataclasses import asdict
from typing import Final

import msgspec

from clients.door import Call, Door, missing, numbers
from clients.entities.base import moment
from clients.entities.notifications import (
    Merged,
    NotificationPolicy,
    NotificationRequest,
    PolicySummary,
    V1NotificationPolicy,
)
from clients.paging import Paged
from clients.rendering.accounts import accounts
from clients.rendering.statuses import Line, statuses
from federation.errors import Refused
from objects.visibility import visible_by_ids
from storage.notification_policies import NotificationPolicyRecord, NotificationRequestRecord
from storage.spans import Span
from storage.store import Tx

TREATMENTS: Final = ("accept", "filter", "drop")
MOST: Final = 80
REQUESTS: Final = "/api/v1/notifications/requests"


class Changes(msgspec.Struct):
    """What is to become of notifications by strangers; what is not said stays as it is."""

    for_not_following: str | None = None
    for_not_followers: str | None = None
    for_new_accounts: str | None = None
    for_private_mentions: str | None = None
    for_limited_accounts: str | None = None


class V1Changes(msgspec.Struct):
    """The same as older apps say it."""

    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


class Ids(msgspec.Struct):
    """Several requests."""

    id: list[str] = []


def add_policy_routes(door: Door) -> None:
    """Register the endpoints about the policy."""

    @door.get("/api/v2/notifications/policy", "read:notifications")
    async def policy(call: Call) -> NotificationPolicy:
        return await call.store.query(lambda tx: _policy(tx, call.me.id))

    async def change(call: Call) -> NotificationPolicy:
        asked = msgspec.structs.asdict(await call.read(Changes))
        chosen = {
            name.removeprefix("for_"): _treatment(name, value)
            for name, value in asked.items()
            if value is not None
        }

        async def operation(tx: Tx) -> NotificationPolicy:
            await _save(tx, call.me.id, chosen)
            return await _policy(tx, call.me.id)

        return await call.store.write(operation)

    door.patch("/api/v2/notifications/policy", "write:notifications")(change)
    door.put("/api/v2/notifications/policy", "write:notifications")(change)

    @door.get("/api/v1/notifications/policy", "read:notifications")
    async def older(call: Call) -> V1NotificationPolicy:
        return await call.store.query(lambda tx: _v1_policy(tx, call.me.id))

    async def change_older(call: Call) -> V1NotificationPolicy:
        asked = msgspec.structs.asdict(await call.read(V1Changes))
        chosen = {
            name.removeprefix("filter_"): "filter" if value else "accept"
            for name, value in asked.items()
            if value is not None
        }

        async def operation(tx: Tx) -> V1NotificationPolicy:
            await _save(tx, call.me.id, chosen)
            return await _v1_policy(tx, call.me.id)

        return await call.store.write(operation)

    door.put("/api/v1/notifications/policy", "write:notifications")(change_older)
    door.patch("/api/v1/notifications/policy", "write:notifications")(change_older)


def add_request_routes(door: Door) -> None:
    """Register the endpoints about those whose notifications wait."""

    @door.get(REQUESTS, "read:notifications")
    async def requests(call: Call) -> Paged:
        span = call.span(40, MOST)

        async def operation(tx: Tx) -> Paged:
            records = await tx.notification_policies.requests(call.me.id, span)
            shown = await _requests(tx, call, records)
            return Paged.of(shown, [record.actor_id for record in records], span)

        return await call.store.query(operation)

    @door.get(f"{REQUESTS}/merged", "read:notifications")
    async def merged(_: Call) -> Merged:
        # What is accepted is shown among the others in the same transaction.
        return Merged(merged=True)

    @door.get(f"{REQUESTS}/<int:request_id>", "read:notifications")
    async def one(call: Call, request_id: int) -> NotificationRequest:
        span = Span(1, max_id=min(request_id + 1, 2**63 - 1), since_id=request_id - 1)

        async def operation(tx: Tx) -> list[NotificationRequest]:
            records = await tx.notification_policies.requests(call.me.id, span)
            return await _requests(tx, call, records)

        found = await call.store.query(operation)
        if not found:
            raise missing()
        return found[0]

    @door.post(f"{REQUESTS}/<int:request_id>/accept", "write:notifications")
    async def accept(call: Call, request_id: int) -> dict[str, str]:
        return await _decided(call, [request_id], agreed=True, insist=True)

    @door.post(f"{REQUESTS}/<int:request_id>/dismiss", "write:notifications")
    async def dismiss(call: Call, request_id: int) -> dict[str, str]:
        return await _decided(call, [request_id], agreed=False, insist=True)

    @door.post(f"{REQUESTS}/accept", "write:notifications")
    async def accept_several(call: Call) -> dict[str, str]:
        return await _decided(call, numbers((await call.read(Ids)).id)[:MOST], agreed=True)

    @door.post(f"{REQUESTS}/dismiss", "write:notifications")
    async def dismiss_several(call: Call) -> dict[str, str]:
        return await _decided(call, numbers((await call.read(Ids)).id)[:MOST], agreed=False)


def _treatment(name: str, value: str) -> str:
    if value not in TREATMENTS:
        raise Refused(422, "invalid", f"'{value[:50]}' is not a valid {name}")
    return value


async def _save(tx: Tx, owner_id: int, chosen: dict[str, str]) -> None:
    before = await tx.notification_policies.policy(owner_id)
    await tx.notification_policies.save(NotificationPolicyRecord(**(asdict(before) | chosen)))


async def _policy(tx: Tx, owner_id: int) -> NotificationPolicy:
    record, summary = await _stored(tx, owner_id)
    return NotificationPolicy(
        for_not_following=record.not_following,
        for_not_followers=record.not_followers,
        for_new_accounts=record.new_accounts,
        for_private_mentions=record.private_mentions,
        for_limited_accounts=record.limited_accounts,
        summary=summary,
    )


async def _v1_policy(tx: Tx, owner_id: int) -> V1NotificationPolicy:
    record, summary = await _stored(tx, owner_id)
    return V1NotificationPolicy(
        filter_not_following=record.not_following != "accept",
        filter_not_followers=record.not_followers != "accept",
        filter_new_accounts=record.new_accounts != "accept",
        filter_private_mentions=record.private_mentions != "accept",
        summary=summary,
    )


async def _stored(tx: Tx, owner_id: int) -> tuple[NotificationPolicyRecord, PolicySummary]:
    people, waiting = await tx.notification_policies.summary(owner_id)
    record = await tx.notification_policies.policy(owner_id)
    return record, PolicySummary(pending_requests_count=people, pending_notifications_count=waiting)


async def _requests(
    tx: Tx, call: Call, records: list[NotificationRequestRecord]
) -> list[NotificationRequest]:
    """Requests in their order, in a constant number of queries."""
    actors = await tx.actors.by_ids([record.actor_id for record in records])
    people = await accounts(tx, call.context.identifiers, actors.values())
    visible = await visible_by_ids(tx, [r.object_id for r in records if r.object_id], call.me)
    lines = [Line.of(record) for record in visible.values()]
    made = await statuses(tx, call.context, call.me, lines)
    shown = {line.record.id: status for line, status in zip(lines, made, strict=True)}
    return [
        NotificationRequest(
            id=str(record.actor_id),
            created_at=moment(record.first_at),
            updated_at=moment(record.last_at),
            notifications_count=str(record.count),
            account=people[record.actor_id],
            last_status=shown.get(record.object_id),
        )
        for record in records
        if record.actor_id in people
    ]


async def _decided(
    call: Call, ids: list[int], *, agreed: bool, insist: bool = False
) -> dict[str, str]:
    """Accept or dismiss requests; `insist`: raises `Refused` 404 when nothing waits."""

    async def operation(tx: Tx) -> None:
        policies, owner = tx.notification_policies, call.me.id
        waiting = sorted(await policies.waiting(owner, ids))
        if insist and not waiting:
            raise missing()
        if agreed:
            await policies.accept(owner, waiting)
        else:
            await policies.dismiss(owner, waiting)

    await call.store.write(operation)
    return {}
