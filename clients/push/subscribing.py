"""Where an app wants to be told while it is closed: one subscription for each token."""

from typing import Final

import msgspec

from actors.vapid import public_key
from clients.door import Call, Door, missing
from clients.entities.notifications import WebPushSubscription
from federation.errors import Refused, Untrusted
from federation.web_push import receiver_of
from storage.ids import new_id
from storage.pushes import PushSubscriptionRecord

PATH: Final = "/api/v1/push/subscription"
POLICIES: Final = ("all", "followed", "follower", "none")
MAX_ENDPOINT: Final = 2_048


class Keys(msgspec.Struct):
    """What only the app can read with."""

    p256dh: str = ""
    auth: str = ""


class Subscription(msgspec.Struct):
    """Where to send."""

    endpoint: str = ""
    keys: Keys = msgspec.field(default_factory=Keys)
    standard: bool = False


class Alerts(msgspec.Struct):
    """Of what an app wants to be told; what is not named, it does not want."""

    mention: bool = False
    quote: bool = False
    status: bool = False
    reblog: bool = False
    follow: bool = False
    follow_request: bool = False
    favourite: bool = False
    poll: bool = False
    update: bool = False
    quoted_update: bool = False
    sign_up: bool = msgspec.field(default=False, name="admin.sign_up")
    report: bool = msgspec.field(default=False, name="admin.report")
    severed_relationships: bool = False
    moderation_warning: bool = False


class Data(msgspec.Struct):
    """Of what, and by whom."""

    alerts: Alerts = msgspec.field(default_factory=Alerts)
    policy: str | None = None


class Subscribing(msgspec.Struct):
    """A new subscription."""

    subscription: Subscription = msgspec.field(default_factory=Subscription)
    data: Data = msgspec.field(default_factory=Data)


class Changes(msgspec.Struct):
    """Of what, and by whom, from now on; what is not said stays as it is."""

    alerts: Alerts | None = None
    policy: str | None = None


class Changing(msgspec.Struct):
    """What an app wants to be told from now on; older apps say the policy beside it."""

    data: Changes = msgspec.field(default_factory=Changes)
    policy: str | None = None


def add_subscription_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.post(PATH, "push")
    async def subscribe(call: Call) -> WebPushSubscription:
        asked = await call.read(Subscribing)
        record = _record(call, asked)
        await call.store.write(lambda tx: tx.pushes.subscribe(record))
        return await _entity(call, record)

    @door.get(PATH, "push")
    async def subscription(call: Call) -> WebPushSubscription:
        return await _entity(call, await _own(call))

    @door.put(PATH, "push")
    async def change(call: Call) -> WebPushSubscription:
        asked = await call.read(Changing)
        record = await _own(call)
        policy = _policy(asked.data.policy or asked.policy or record.policy)
        alerts = record.alerts if asked.data.alerts is None else _named(asked.data.alerts)
        await call.store.write(lambda tx: tx.pushes.change(record.id, alerts, policy))
        return await _entity(call, await _own(call))

    @door.delete(PATH, "push")
    async def unsubscribe(call: Call) -> dict[str, str]:
        await call.store.write(lambda tx: tx.pushes.unsubscribe(call.token.token_id))
        return {}


async def _own(call: Call) -> PushSubscriptionRecord:
    found = await call.store.query(lambda tx: tx.pushes.of_token(call.token.token_id))
    if found is None:
        raise missing()
    return found


def _record(call: Call, asked: Subscribing) -> PushSubscriptionRecord:
    """Raises `Refused` 422 for an address where nothing is sent, and for keys that are none."""
    wanted = asked.subscription
    endpoint, keys = wanted.endpoint.strip(), wanted.keys
    if not endpoint:
        raise _invalid("Endpoint can't be blank")
    try:
        call.context.client.guard.check_url(endpoint)
    except Untrusted:
        raise _invalid("Endpoint is not a valid URL") from None
    if len(endpoint) > MAX_ENDPOINT:
        raise _invalid(f"Endpoint is too long (maximum is {MAX_ENDPOINT} characters)")
    try:
        receiver_of(endpoint, keys.p256dh, keys.auth, standard=wanted.standard)
    except ValueError:
        raise _invalid("Key p256dh is invalid, Key auth is invalid") from None
    return PushSubscriptionRecord(
        id=new_id(),
        token_id=call.token.token_id,
        actor_id=call.me.id,
        endpoint=endpoint,
        p256dh=keys.p256dh.strip(),
        auth=keys.auth.strip(),
        alerts=_named(asked.data.alerts),
        policy=_policy(asked.data.policy),
        standard=int(wanted.standard),
        created_at=call.context.now(),
    )


def _named(alerts: Alerts) -> str:
    """The wanted alerts as they are kept: ` mention poll `."""
    wanted = [name for name, on in _flags(alerts) if on]
    return f" {' '.join(wanted)} " if wanted else ""


def _flags(alerts: Alerts) -> list[tuple[str, bool]]:
    fields = msgspec.structs.fields(Alerts)
    return [(field.encode_name, getattr(alerts, field.name)) for field in fields]


def _policy(name: str | None) -> str:
    if name and name not in POLICIES:
        raise _invalid("Policy is not included in the list")
    return name or "all"


async def _entity(call: Call, record: PushSubscriptionRecord) -> WebPushSubscription:
    wanted = record.alerts.split()
    return WebPushSubscription(
        id=str(record.id),
        endpoint=record.endpoint,
        alerts={name: name in wanted for name, _ in _flags(Alerts())},
        server_key=await public_key(call.store),
        policy=record.policy,
        standard=bool(record.standard),
    )


def _invalid(why: str) -> Refused:
    return Refused(422, "invalid", f"Validation failed: {why}")
