"""Web push: where apps want to be told while they are closed, and what is to be sent there."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import NotificationRecord, columns
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class PushSubscriptionRecord:
    """The address and the keys of an app; `alerts` are kinds as apps call them: ` mention poll `.

    `standard`: it wants the encryption of RFC 8291, not that of an earlier draft.
    """

    id: int
    token_id: int
    actor_id: int
    endpoint: str
    p256dh: str
    auth: str
    alerts: str
    policy: str
    standard: int
    created_at: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Push:
    """A notification that waits to be sent to a subscription."""

    notification: NotificationRecord
    subscription: PushSubscriptionRecord
    language: str
    attempts: int

    @property
    def key(self) -> tuple[int, int]:
        """What names its row."""
        return self.notification.id, self.subscription.id


class PushStatements(Statements):
    """Everything that is asked of `push_subscriptions` and `pushes`."""

    async def subscribe(self, record: PushSubscriptionRecord) -> None:
        """Keep the subscription of a token, in place of the one before."""
        await self.unsubscribe(record.token_id)
        await self.insert("push_subscriptions", record)

    async def unsubscribe(self, token_id: int) -> None:
        """Forget the subscription of a token, with what waits for it."""
        await self.connection.execute(
            "delete from push_subscriptions where token_id = $1", token_id
        )

    async def of_token(self, token_id: int) -> PushSubscriptionRecord | None:
        """The subscription of a token."""
        return await self.one_of(
            PushSubscriptionRecord, "from push_subscriptions where token_id = $1", token_id
        )

    async def change(self, number: int, alerts: str, policy: str) -> None:
        """Keep what an app wants to be told of, and by whom."""
        await self.connection.execute(
            "update push_subscriptions set alerts = $2, policy = $3 where id = $1",
            number,
            alerts,
            policy,
        )

    async def claim(self, now: int, lease_until: int, limit: int) -> list[tuple[int, int]]:
        """Lease pushes that are due."""
        rows = await self.connection.fetch_all(
            "update pushes set lease_until = $2, attempts = attempts + 1 "
            "where (notification_id, subscription_id) in ("
            "select p.notification_id, p.subscription_id from pushes p "
            "where p.due_at <= $1 and p.lease_until <= $1 "
            "order by p.due_at, p.notification_id limit $3 for update skip locked) "
            "returning notification_id, subscription_id",
            now,
            lease_until,
            limit,
        )
        return sorted((row[0], row[1]) for row in rows)

    async def pushes(self, keys: Sequence[tuple[int, int]]) -> list[Push]:
        """What these pushes say and to whom; those of ended tokens and accounts are left out."""
        notifications, subscriptions = ({key[place] for key in keys} for place in (0, 1))
        rows = await self.connection.fetch_all(
            f"select {columns(NotificationRecord, 'n')}, "
            f"{columns(PushSubscriptionRecord, 's')}, m.language, p.attempts "
            "from pushes p join notifications n on n.id = p.notification_id "
            "join push_subscriptions s on s.id = p.subscription_id "
            "join tokens t on t.id = s.token_id and t.revoked_at is null "
            "join members m on m.actor_id = s.actor_id and m.disabled_at is null "
            "where p.notification_id = any($1) and p.subscription_id = any($2) "
            "and n.filtered = 0 order by n.id",
            sorted(notifications),
            sorted(subscriptions),
        )
        told = len(NotificationRecord.__dataclass_fields__)
        end = told + len(PushSubscriptionRecord.__dataclass_fields__)
        found = []
        for row in rows:
            values = tuple(row)
            subscription = PushSubscriptionRecord(*values[told:end])
            found.append(Push(NotificationRecord(*values[:told]), subscription, *values[end:]))
        wanted = set(keys)
        return [push for push in found if push.key in wanted]

    async def done(self, keys: Sequence[tuple[int, int]]) -> None:
        """Forget pushes that were sent, or that nobody waits for."""
        await self.connection.execute_many(
            "delete from pushes where notification_id = $1 and subscription_id = $2", keys
        )

    async def put_off(self, later: Sequence[tuple[int, int, int]]) -> None:
        """Try again later: notification, subscription, when."""
        await self.connection.execute_many(
            "update pushes set due_at = $3, lease_until = 0 "
            "where notification_id = $1 and subscription_id = $2",
            later,
        )

    async def succeeded(self, subscription_ids: Sequence[int]) -> None:
        """Forget that pushes to these subscriptions failed."""
        if subscription_ids:
            await self.connection.execute(
                "update push_subscriptions set failures = 0 where id = any($1)",
                list(subscription_ids),
            )

    async def failed(self, subscription_ids: Sequence[int], at_most: int) -> None:
        """Count a failure; a subscription of which so many failed in a row is forgotten."""
        if not subscription_ids:
            return
        await self.connection.execute(
            "update push_subscriptions set failures = failures + 1 where id = any($1)",
            list(subscription_ids),
        )
        await self.connection.execute(
            "delete from push_subscriptions where id = any($1) and failures >= $2",
            list(subscription_ids),
            at_most,
        )

    async def drop(self, subscription_ids: Sequence[int]) -> None:
        """Forget subscriptions that are worth nothing any more."""
        if not subscription_ids:
            return
        await self.connection.execute(
            "delete from push_subscriptions where id = any($1)", list(subscription_ids)
        )

    async def next_due(self) -> int | None:
        """When the next push becomes due."""
        found = await self.connection.fetch_value(
            "select min(case when lease_until > due_at then lease_until else due_at end) "
            "from pushes"
        )
        return None if found is None else int(found)
