"""What members are told, read page by page."""

from dataclasses import dataclass
from typing import Final

from storage.notifying import TYPES
from storage.ports import Value
from storage.records import NotificationRecord, columns
from storage.spans import Span
from storage.statements import Statements

SAMPLES: Final = 8


def _heard(alias: str) -> str:
    """Those of suspended domains are not heard any more."""
    return (
        "not exists (select 1 from actors s "
        f"where s.id = {alias}.actor_id and s.severity = 'suspend')"
    )


# What waits for the owner's leave is shown nowhere but among the requests.
_HEARD: Final = f"n.filtered = 0 and {_heard('n')}"
# Said beside the key that is looked for, so that SQLite sees that the index of groups has it.
_GROUPED: Final = "{}.group_key <> ''"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notifications of a member an app asks for: of these kinds, and of one sender."""

    owner_id: int
    kinds: tuple[str, ...]
    sender_id: int | None = None
    filtered: bool = False

    def condition(self, args: list[Value], alias: str = "n") -> str:
        """The condition in SQL; `args` holds the owner first."""
        text = f"{alias}.owner_id = $1 and {_heard(alias)}"
        if not self.filtered:
            text += f" and {alias}.filtered = 0"
        args.append(list(self.kinds))
        # News about a draft that is about nothing published is for the pages here alone.
        text += (
            f" and {alias}.kind = any(${len(args)}) "
            f"and ({alias}.kind <> 'review' or {alias}.object_id is not null)"
        )
        if self.sender_id is not None:
            args.append(self.sender_id)
            text += f" and {alias}.actor_id = ${len(args)}"
        return text


@dataclass(frozen=True, slots=True)
class NotificationGroup:
    """Notifications that apps show in one line: `actor_ids` the latest first, not all of them.

    `oldest_id` is the oldest on the page that was asked for.
    """

    latest: NotificationRecord
    count: int
    oldest_id: int
    actor_ids: tuple[int, ...]


class NotificationStatements(Statements):
    """What a member's pages, mails and apps ask of the table `notifications`."""

    async def page(
        self, owner_id: int, *, before: int | None = None, limit: int = 40
    ) -> list[NotificationRecord]:
        """What a member was told, latest first."""
        bound = " and n.id < $3" if before is not None else ""
        args = (owner_id, limit) if before is None else (owner_id, limit, before)
        return await self.all_of(
            NotificationRecord,
            f"from notifications n where n.owner_id = $1 and {_HEARD}{bound} "
            "order by n.id desc limit $2",
            *args,
        )

    async def count_unread(self, owner_id: int, at_most: int = 100) -> int:
        """How many a member has not read; never counts beyond `at_most`."""
        found = await self.connection.fetch_value(
            "select count(*) from (select 1 from notifications n where n.owner_id = $1 "
            f"and n.read_at is null and {_HEARD} limit $2) as unread",
            owner_id,
            at_most,
        )
        return int(found or 0)

    async def mark_read(self, owner_id: int, until: int, now: int) -> int:
        """Mark everything up to the notification `until` as read; gives how many."""
        return await self.connection.execute(
            "update notifications set read_at = $3 "
            "where owner_id = $1 and id <= $2 and read_at is null and filtered = 0",
            owner_id,
            until,
            now,
        )

    async def between(self, after: int, until: int) -> list[NotificationRecord]:
        """What members were told and have not read, with ids over `after` up to `until`."""
        return await self.all_of(
            NotificationRecord,
            f"from notifications n where n.id > $1 and n.id <= $2 and n.read_at is null "
            f"and {_HEARD} order by n.owner_id, n.id",
            after,
            until,
        )

    async def wanted(self, wanted: Wanted, span: Span) -> list[NotificationRecord]:
        """A page of what an app asks for, latest first."""
        args: list[Value] = [wanted.owner_id]
        rest = (
            f"from notifications n where {wanted.condition(args)}"
            f"{span.bounds('n.id', args)}{span.order('n.id', args)}"
        )
        return span.arranged(await self.all_of(NotificationRecord, rest, *args))

    async def count(self, wanted: Wanted, grouped: tuple[str, ...], at_most: int) -> int:
        """How many of what an app asks for are unread, each group of kinds `grouped` once."""
        args: list[Value] = [wanted.owner_id]
        condition = wanted.condition(args)
        args += [list(grouped), at_most]
        found = await self.connection.fetch_value(
            "select count(*) from (select distinct case when n.group_key <> '' "
            f"and n.kind = any(${len(args) - 1}) then n.group_key else cast(n.id as text) end "
            f"from notifications n where {condition} and n.read_at is null "
            f"limit ${len(args)}) as unread",
            *args,
        )
        return int(found or 0)

    async def groups(
        self, wanted: Wanted, grouped: tuple[str, ...], span: Span
    ) -> list[NotificationGroup]:
        """A page of groups, each where its latest is, and so on one page only; three queries.

        Of kinds that are not `grouped` each notification is a group.
        """
        args: list[Value] = [wanted.owner_id]
        condition = wanted.condition(args)
        bounds = span.bounds("n.id", args)
        args.append(list(grouped))
        kinds = len(args)
        later = (
            f"select 1 from notifications m where {wanted.condition(args, 'm')} "
            f"and {_GROUPED.format('m')} and m.group_key = n.group_key and m.id > n.id"
        )
        rest = (
            f"from notifications n where {condition}{bounds} and (n.group_key = '' "
            f"or n.kind <> all(${kinds}) or not exists ({later})){span.order('n.id', args)}"
        )
        found = span.arranged(await self.all_of(NotificationRecord, rest, *args))
        keys = [n.group_key for n in found if n.group_key and n.kind in grouped]
        above = max(span.since_id or 0, span.min_id or 0)
        made = await self._gathered(wanted, keys, above)
        return [
            made[n.group_key] if n.group_key in made and n.kind in grouped else _alone(n)
            for n in found
        ]

    async def group(self, owner_id: int, key: str) -> NotificationGroup | None:
        """A whole group, or (`ungrouped-ID`) a notification by itself."""
        alone = _number(key)
        if alone is not None:
            record = await self.one(owner_id, alone)
            return None if record is None else _alone(record)
        return (await self._gathered(Wanted(owner_id, tuple(TYPES)), [key], 0)).get(key)

    async def _gathered(
        self, wanted: Wanted, keys: list[str], above: int
    ) -> dict[str, NotificationGroup]:
        """The groups with these keys; on the page is what is later than `above`. Two queries."""
        if not keys:
            return {}
        args: list[Value] = [wanted.owner_id]
        of_groups = (
            f"{wanted.condition(args)} and {_GROUPED.format('n')} "
            f"and n.group_key = any(${len(args) + 1})"
        )
        args += [keys, above]
        counted = await self.connection.fetch_all(
            "select n.group_key, count(*), "
            f"min(case when n.id > ${len(args)} then n.id else null end) "
            f"from notifications n where {of_groups} group by n.group_key",
            *args,
        )
        args[-1] = SAMPLES
        rows = await self.connection.fetch_all(
            f"select {columns(NotificationRecord)} from (select {columns(NotificationRecord, 'n')},"
            " row_number() over (partition by n.group_key order by n.id desc) as place "
            f"from notifications n where {of_groups}) as ranked where place <= ${len(args)} "
            "order by id desc",
            *args,
        )
        members: dict[str, list[NotificationRecord]] = {}
        for row in rows:
            record = NotificationRecord(*row)
            members.setdefault(record.group_key, []).append(record)
        return {
            key: NotificationGroup(
                latest=members[key][0],
                count=count,
                oldest_id=oldest or members[key][0].id,
                actor_ids=tuple(dict.fromkeys(n.actor_id for n in members[key])),
            )
            for key, count, oldest in (tuple(row) for row in counted)
            if key in members
        }

    async def of_group(self, owner_id: int, key: str, span: Span) -> list[NotificationRecord]:
        """A page of the notifications of a group, latest first."""
        alone = _number(key)
        args: list[Value] = [owner_id, key if alone is None else alone]
        column = f"{_GROUPED.format('n')} and n.group_key" if alone is None else "n.id"
        rest = (
            f"from notifications n where n.owner_id = $1 and {column} = $2 and {_HEARD}"
            f"{span.bounds('n.id', args)}{span.order('n.id', args)}"
        )
        return span.arranged(await self.all_of(NotificationRecord, rest, *args))

    async def one(self, owner_id: int, number: int) -> NotificationRecord | None:
        """A notification of a member, one that waits too."""
        return await self.one_of(
            NotificationRecord,
            f"from notifications n where n.id = $1 and n.owner_id = $2 and {_heard('n')}",
            number,
            owner_id,
        )

    async def by_ids(self, owner_id: int, ids: list[int]) -> list[NotificationRecord]:
        """Those of these notifications that a member is shown, latest first."""
        return await self.all_of(
            NotificationRecord,
            f"from notifications n where n.id = any($2) and n.owner_id = $1 and {_HEARD} "
            "order by n.id desc",
            owner_id,
            ids,
        )

    async def clear(self, owner_id: int) -> None:
        """Forget everything that a member was told."""
        await self.connection.execute("delete from notifications where owner_id = $1", owner_id)

    async def dismiss(self, owner_id: int, number: int) -> bool:
        """Forget one; False when the member has no such notification."""
        gone = await self.connection.execute(
            "delete from notifications where id = $1 and owner_id = $2", number, owner_id
        )
        return gone > 0

    async def dismiss_group(self, owner_id: int, key: str) -> bool:
        """Forget a whole group; False when the member has none with this key."""
        alone = _number(key)
        if alone is not None:
            return await self.dismiss(owner_id, alone)
        gone = await self.connection.execute(
            "delete from notifications where owner_id = $1 and group_key = $2 and group_key <> ''",
            owner_id,
            key,
        )
        return gone > 0


def _alone(record: NotificationRecord) -> NotificationGroup:
    return NotificationGroup(record, 1, record.id, (record.actor_id,))


def _number(key: str) -> int | None:
    """The id in `ungrouped-ID`; None for the key of a group."""
    text = key.removeprefix("ungrouped-")
    if text == key or not (text.isascii() and text.isdigit()) or len(text) > 18:
        return None
    return int(text)
