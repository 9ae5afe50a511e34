"""Notifications in groups: several thanks for one post are one line (second version)."""

from clients.door import Call, Door, missing
from clients.entities.accounts import Account
from clients.entities.notifications import Count, GroupedNotifications
from clients.notifications.listing import counted
from clients.notifications.parameters import Chosen, Supported, wording
from clients.paging import Paged
from clients.rendering.accounts import accounts
from clients.rendering.notifications import grouped
from federation.errors import Refused
from storage.store import Tx

EXPANSIONS = ("full", "partial_avatars")
# How it was called before it was finished; some apps still ask there.
VERSIONS = ("v2", "v2_alpha")


def add_grouping_routes(door: Door) -> None:
    """Register the endpoints."""

    async def groups(call: Call) -> Paged:
        chosen, span = await call.read(Chosen), call.span(40, 80)
        wanted, words = chosen.wanted(call.me.id), chosen.wording(call)
        if chosen.expand_accounts not in EXPANSIONS:
            detail = f"Invalid value for 'expand_accounts': '{chosen.expand_accounts[:50]}'"
            raise Refused(400, "invalid", detail)
        partial = chosen.expand_accounts == "partial_avatars"

        async def operation(tx: Tx) -> Paged:
            found = await tx.notifications.groups(wanted, chosen.grouped, span)
            made = await grouped(tx, call.context, call.me, found, wording=words, partial=partial)
            return Paged.of(made, [group.latest.id for group in found], span)

        return await call.store.query(operation)

    async def unread(call: Call) -> Count:
        return await counted(call, grouped=True)

    for version in VERSIONS:
        path = f"/api/{version}/notifications"
        door.get(path, "read:notifications")(groups)
        door.get(f"{path}/unread_count", "read:notifications")(unread)


def add_group_routes(door: Door) -> None:
    """Register the endpoints about one group."""

    async def group(call: Call, group_key: str) -> GroupedNotifications:
        words = wording(call, (await call.read(Supported)).supported_types)

        async def operation(tx: Tx) -> GroupedNotifications | None:
            found = await tx.notifications.group(call.me.id, group_key)
            if found is None:
                return None
            return await grouped(tx, call.context, call.me, [found], wording=words, paged=False)

        made = await call.store.query(operation)
        if made is None or not made.notification_groups:
            raise missing()
        return made

    async def dismiss(call: Call, group_key: str) -> dict[str, str]:
        owner = call.me.id
        if not await call.store.write(lambda tx: tx.notifications.dismiss_group(owner, group_key)):
            raise missing()
        return {}

    for version in VERSIONS:
        path = f"/api/{version}/notifications/<group_key>"
        door.get(path, "read:notifications")(group)
        door.post(f"{path}/dismiss", "write:notifications")(dismiss)

    @door.get(
        "/api/v2/notifications/<group_key>/accounts", "read:notifications", "write:notifications"
    )
    async def people(call: Call, group_key: str) -> Paged:
        span = call.span(40, 80)

        async def operation(tx: Tx) -> Paged:
            records = await tx.notifications.of_group(call.me.id, group_key, span)
            if not records and span.max_id is None and span.min_id is None:
                raise missing()
            actors = await tx.actors.by_ids([record.actor_id for record in records])
            made = await accounts(tx, call.context.identifiers, actors.values())
            shown: list[Account] = [
                made[record.actor_id] for record in records if record.actor_id in made
            ]
            return Paged.of(shown, [record.id for record in records], span)

        return await call.store.query(operation)
