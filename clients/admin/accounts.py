"""`/api/v1/admin/accounts`: who is there, and measures about one of them."""

from functools import partial
from typing import Any, Final, cast

import msgspec

from actors.administration import NotPossible, audit, close_account, open_account
from actors.moderation import Measure as Done
from actors.moderation import Sanction, keep_somebody_in_charge, set_sensitized, warn_member
from actors.reporting import decide_report
from clients.accounts.roles import NUMBERS
from clients.admin.desk import administrator, possible, written
from clients.admin.rendering import admin_accounts
from clients.context import ClientContext
from clients.door import Call, Door, missing, number
from clients.entities.admin import AdminAccount
from clients.paging import Paged
from federation.errors import Refused
from outbox.acts.moderate import remove_suspended, sanction_actor
from storage.administration import AccountFilter
from storage.records import ActorRecord
from storage.reports import ReportStatements
from storage.store import Tx

READ: Final = "admin:read:accounts"
WRITE: Final = "admin:write:accounts"
PAGE: Final = 100
PATH: Final = "/api/v1/admin/accounts"
MAX_REASON: Final = 5_000
STAFF: Final = ("admin", "editor")
STATUSES: Final = ("active", "disabled", "suspended", "sensitized")


class Asked(msgspec.Struct):
    """Which accounts, in the first version of the endpoint."""

    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    staff: bool = False
    username: str = ""
    display_name: str = ""
    by_domain: str = ""
    email: str = ""
    ip: str = ""


class AskedLater(msgspec.Struct):
    """Which accounts, in the second version."""

    origin: str = ""
    status: str = ""
    permissions: str = ""
    role_ids: list[str] = []
    invited_by: str = ""
    username: str = ""
    display_name: str = ""
    by_domain: str = ""
    email: str = ""
    ip: str = ""


class Measure(msgspec.Struct):
    """What is done about an account, and why."""

    type: str = ""
    report_id: str | None = None
    text: str = ""
    send_email_notification: bool = False


def add_account_routes(door: Door) -> None:
    """Register the endpoints."""
    _listing(door)
    _measures(door)
    _lifting(door)


def _listing(door: Door) -> None:
    @door.get(PATH, READ)
    async def listed(call: Call) -> Paged:
        administrator(call)
        asked = await call.read(Asked)
        # No account waits for approval here, and no address of anybody is kept.
        if asked.pending or asked.ip:
            return Paged([])
        origin = "remote" if asked.remote else ("local" if asked.local else "")
        chosen = [name for name in STATUSES if getattr(asked, name)]
        status = "limited" if asked.silenced else (chosen[0] if chosen else "")
        return await _page(call, _filter(asked, origin, status, STAFF if asked.staff else None))

    @door.get("/api/v2/admin/accounts", READ)
    async def listed_later(call: Call) -> Paged:
        administrator(call)
        asked = await call.read(AskedLater)
        if asked.status == "pending" or asked.ip or asked.invited_by:
            return Paged([])
        status = "limited" if asked.status == "silenced" else asked.status
        if status not in ("", "limited", *STATUSES) or asked.origin not in ("", "local", "remote"):
            raise Refused(422, "no-filter", "Validation failed: there is no such filter")
        roles: tuple[str, ...] | None = STAFF if asked.permissions == "staff" else None
        if asked.role_ids:
            roles = tuple(name for name, known in NUMBERS.items() if known in asked.role_ids)
        return await _page(call, _filter(asked, asked.origin, status, roles))

    @door.get(f"{PATH}/<int:actor_id>", READ)
    async def one(call: Call, actor_id: int) -> AdminAccount:
        administrator(call)
        return await _entity(call, await _found(call, actor_id))


def _measures(door: Door) -> None:
    @door.post(f"{PATH}/<int:actor_id>/action", WRITE)
    async def action(call: Call, actor_id: int) -> dict[str, Any]:
        administrator(call)
        actor, measure = await _found(call, actor_id), await call.read(Measure)
        if actor.id == call.me.id:
            raise Refused(403, "oneself", "This action is not allowed")
        await _carried_out(call, actor, measure)
        return {}

    @door.delete(f"{PATH}/<int:actor_id>", WRITE)
    async def remove(call: Call, actor_id: int) -> AdminAccount:
        who, actor = administrator(call), await _found(call, actor_id)
        if actor.state != "suspended":
            raise Refused(403, "not-suspended", "This action is not allowed")
        before = await _entity(call, actor)
        await possible(remove_suspended(call.context.outbox, who, actor))
        return before

    async def nobody_waits(call: Call, actor_id: int) -> AdminAccount:
        administrator(call)
        await _found(call, actor_id)
        # Accounts begin with an invitation: none waits for approval.
        raise Refused(403, "nobody-waits", "This action is not allowed")

    for name in ("approve", "reject"):
        door.post(f"{PATH}/<int:actor_id>/{name}", WRITE)(nobody_waits)


def _lifting(door: Door) -> None:
    @door.post(f"{PATH}/<int:actor_id>/enable", WRITE)
    async def enable(call: Call, actor_id: int) -> AdminAccount:
        who, actor = administrator(call), await _found(call, actor_id)
        now = call.context.now()
        await written(call, lambda tx: open_account(tx, who, actor, "", now))
        return await _entity(call, actor)

    @door.post(f"{PATH}/<int:actor_id>/unsensitive", WRITE)
    async def unsensitive(call: Call, actor_id: int) -> AdminAccount:
        who, actor = administrator(call), await _found(call, actor_id)
        now = call.context.now()
        await written(call, lambda tx: set_sensitized(tx, who, actor, "", now, sensitized=False))
        return await _entity(call, actor)

    async def lift(call: Call, actor_id: int, sanction: Sanction) -> AdminAccount:
        who, actor = administrator(call), await _found(call, actor_id)
        if actor.sanction != sanction:
            raise Refused(403, "no-sanction", "This action is not allowed")
        await possible(sanction_actor(call.context.outbox, who, actor, "", ""))
        return await _entity(call, actor)

    door.post(f"{PATH}/<int:actor_id>/unsilence", WRITE)(partial(lift, sanction="limit"))
    door.post(f"{PATH}/<int:actor_id>/unsuspend", WRITE)(partial(lift, sanction="suspend"))


def _filter(
    asked: Asked | AskedLater, origin: str, status: str, roles: tuple[str, ...] | None
) -> AccountFilter:
    return AccountFilter(
        origin=origin,
        status=status,
        username=asked.username,
        display_name=asked.display_name,
        domain=asked.by_domain,
        email=asked.email,
        roles=roles,
    )


async def _page(call: Call, wanted: AccountFilter) -> Paged:
    span = call.span(PAGE, PAGE * 2)

    async def operation(tx: Tx) -> Paged:
        actors = await tx.administration.accounts(wanted, span)
        made = await admin_accounts(tx, call.context, actors)
        return Paged.of([made[actor.id] for actor in actors], [a.id for a in actors], span)

    return await call.store.query(operation)


async def _found(call: Call, actor_id: int) -> ActorRecord:
    actor = await call.store.query(lambda tx: tx.actors.by_id(actor_id))
    if actor is None or actor.state == "gone" or actor.type == "Application":
        raise missing()
    return actor


async def _entity(call: Call, actor: ActorRecord) -> AdminAccount:
    """An account as it is now."""

    async def operation(tx: Tx) -> AdminAccount:
        current = await tx.actors.by_id(actor.id)
        assert current is not None
        return (await admin_accounts(tx, call.context, [current]))[actor.id]

    return await call.store.query(operation)


async def _carried_out(call: Call, actor: ActorRecord, measure: Measure) -> None:
    """One measure, the mail about it, and the end of the report that led to it, at once."""
    who, now, reason = call.me.account, call.context.now(), measure.text[:MAX_REASON]
    context = call.context

    async def also(tx: Tx) -> None:
        if actor.local:
            await warn_member(tx, actor, cast("Done", measure.type), reason, now)
        if measure.send_email_notification and actor.local:
            await context.letters.measure(tx, actor, measure.type, reason)
        if measure.report_id is not None:
            await _settle(tx, context, call.me, actor, number(measure.report_id), reason)

    async def simple(tx: Tx) -> None:
        if measure.type == "disable":
            await keep_somebody_in_charge(tx, actor)
            await close_account(tx, who, actor, reason, now)
        elif measure.type == "sensitive":
            await set_sensitized(tx, who, actor, reason, now, sensitized=True)
        else:
            await audit(tx, who, "account warn", actor.account, reason, now)
        await also(tx)

    match measure.type:
        case "none" | "disable" | "sensitive":
            await written(call, simple)
        case "silence" | "suspend":
            sanction: Sanction = "limit" if measure.type == "silence" else "suspend"
            acting = sanction_actor(context.outbox, who, actor, sanction, reason, also=also)
            await possible(acting)
        case _:
            raise Refused(422, "no-action", "Validation failed: Type is not included in the list")


async def _settle(
    tx: Tx,
    context: ClientContext,
    administrator: ActorRecord,
    actor: ActorRecord,
    report_id: int,
    reason: str,
) -> None:
    """Close the report about somebody that a measure answers."""
    report = await ReportStatements(tx.connection).by_id(report_id)
    if report is None or report.target_id != actor.id:
        raise missing()
    if report.state != "open":
        raise NotPossible("the report was decided already")
    decided = await decide_report(
        tx, administrator.account, report_id, "other", reason, context.now(), administrator.id
    )
    await context.letters.report_decided(tx, decided)
