"""Telling members of this node of something, once, as far as they want to hear it.

Everything is decided in the one statement that writes the row: whether it is written at all,
whether it waits for the owner's leave (`filtered`), and with it whether apps are told at once.
"""

from typing import Final

from storage.hiding import unheard
from storage.ports import Connection
from storage.records import NotificationRecord
from storage.streams import StreamStatements

DAY_MS: Final = 24 * 3_600_000
NEW_ACCOUNT_MS: Final = 30 * DAY_MS
NEW_FOLLOWER_MS: Final = 3 * DAY_MS
GROUP_MS: Final = 12 * 3_600_000
PUSHES: Final = "pushes"

# What apps call our kinds; of what is not here they are told in another way, or not at all.
TYPES: Final[dict[str, str]] = {
    "mention": "mention",
    "question": "mention",
    "reuse": "mention",
    "coauthor": "mention",
    "like": "favourite",
    "share": "reblog",
    "follow": "follow",
    "follow_request": "follow_request",
    "status": "status",
    "update": "update",
    "review": "update",
    "poll": "poll",
    "quote": "quote",
    "quoted_update": "quoted_update",
    "admin.sign_up": "admin.sign_up",
    "admin.report": "admin.report",
    "severed_relationships": "severed_relationships",
    "moderation_warning": "moderation_warning",
}
# The owner's policy decides about these; the others the owner asked for, or must know.
FILTERABLE: Final = frozenset(
    {"mention", "question", "like", "share", "follow", "follow_request", "quote", "reuse"}
    | {"coauthor"}
)
# Of these the latest counts, for the others the first.
RENEWED: Final = frozenset({"update", "quoted_update"})
# So it is with projects: somebody is invited again, asks again after having left.
OF_PROJECTS: Final = "project."
GROUPED: Final = frozenset({"like", "share", "follow", "admin.sign_up"})

_FOLLOWED: Final = (
    "exists (select 1 from follows pf where pf.follower_id = a.id and pf.followee_id = s.id "
    "and pf.state = 'accepted')"
)
_FOLLOWER: Final = (
    "exists (select 1 from follows pg where pg.follower_id = s.id and pg.followee_id = a.id "
    f"and pg.state = 'accepted' and pg.created_at <= cast($6 as bigint) - {NEW_FOLLOWER_MS})"
)
_UNASKED: Final = (
    "exists (select 1 from objects o where o.id = $5 and o.visibility = 'direct' "
    "and not exists (select 1 from objects r join audience u on u.object_id = r.id "
    "and u.actor_id = s.id where r.conversation = o.conversation and r.actor_id = a.id))"
)
_CONDITIONS: Final[dict[str, str]] = {
    "p.not_following": f"not {_FOLLOWED}",
    "p.not_followers": f"not {_FOLLOWER}",
    "p.new_accounts": f"s.created_at > cast($6 as bigint) - {NEW_ACCOUNT_MS} and not {_FOLLOWED}",
    "p.private_mentions": f"{_UNASKED} and not {_FOLLOWED}",
    "coalesce(p.limited_accounts, 'filter')": (
        f"(s.severity = 'limit' or s.sanction = 'limit') and not {_FOLLOWED}"
    ),
}
_PERMITTED: Final = (
    "exists (select 1 from notification_permissions q "
    "where q.owner_id = a.id and q.actor_id = s.id)"
)


def _any(treatment: str) -> str:
    """Whether the policy treats the sender in this way."""
    found = (f"({name} = '{treatment}' and {when})" for name, when in _CONDITIONS.items())
    return f"(({' or '.join(found)}) and not {_PERMITTED})"


_VERDICT: Final = (
    f"case when {_any('drop')} then 'drop' when {_any('filter')} then 'filter' else 'accept' end"
)


def _telling(verdict: str) -> str:
    return (
        "insert into notifications (id, owner_id, kind, actor_id, object_id, created_at, "
        "filtered, group_key, subject_id) "
        "select cast($1 as bigint), told.id, cast($3 as text), cast($4 as bigint), "
        "cast($5 as bigint), cast($6 as bigint), "
        "case when told.verdict = 'filter' then 1 else 0 end, cast($7 as text), "
        f"cast($8 as bigint) from (select a.id as id, {verdict} as verdict from actors a "
        "join actors s on s.id = $4 left join notification_policies p on p.actor_id = a.id "
        "where a.id = $2 and a.local = 1 and s.severity <> 'suspend' "
        "and not exists (select 1 from notifications n where n.owner_id = $2 "
        "and n.actor_id = $4 and n.kind = $3 and n.object_id is not distinct from $5 "
        f"and n.subject_id is not distinct from $8) and not {unheard('a.id', 's.id')} "
        "and not exists (select 1 from thread_mutes t join objects o "
        "on o.conversation = t.conversation where t.actor_id = $2 and o.id = $5)) as told "
        "where told.verdict <> 'drop' returning filtered, "
        "case when exists (select 1 from push_subscriptions d where d.actor_id = $2) "
        "then 1 else 0 end, case when exists (select 1 from stream_hubs) then 1 else 0 end"
    )


_TELL: Final = _telling("'accept'")
_TELL_BY_POLICY: Final = _telling(_VERDICT)
_PUSH: Final = (
    "insert into pushes (notification_id, subscription_id, due_at) "
    "select n.id, d.id, n.created_at from notifications n "
    "join push_subscriptions d on d.actor_id = n.owner_id "
    "join tokens t on t.id = d.token_id and t.revoked_at is null "
    "where n.id = $1 and d.alerts like '% ' || cast($2 as text) || ' %' "
    "and (d.policy = 'all' or n.actor_id = n.owner_id "
    "or (d.policy = 'followed' and exists (select 1 from follows f where f.state = 'accepted' "
    "and f.follower_id = n.owner_id and f.followee_id = n.actor_id)) "
    "or (d.policy = 'follower' and exists (select 1 from follows f where f.state = 'accepted' "
    "and f.follower_id = n.actor_id and f.followee_id = n.owner_id))) "
    "on conflict (notification_id, subscription_id) do nothing"
)


async def notify(connection: Connection, n: NotificationRecord) -> bool:
    """Tell a local actor about something; False when they were told, or do not want to know.

    They do not want to know of conversations that they muted, of those whom they hide, and of
    whom their policy drops. What it filters is kept, and waits among the requests.
    """
    if n.kind in RENEWED or n.kind.startswith(OF_PROJECTS):
        await unnotify(connection, n.owner_id, n.kind, n.actor_id, n.object_id, n.subject_id)
    row = await connection.fetch_one(
        _TELL_BY_POLICY if n.kind in FILTERABLE else _TELL,
        n.id,
        n.owner_id,
        n.kind,
        n.actor_id,
        n.object_id,
        n.created_at,
        group_key(n),
        n.subject_id,
    )
    if row is None:
        return False
    filtered, subscribed, streaming = row
    if not filtered and subscribed and await connection.execute(_PUSH, n.id, TYPES.get(n.kind, "")):
        connection.notify_on_commit(PUSHES)
    if not filtered and streaming:
        await StreamStatements(connection).notification(n.owner_id, n.id)
    return True


async def unnotify(
    connection: Connection,
    owner_id: int,
    kind: str,
    actor_id: int,
    object_id: int | None,
    subject_id: int | None = None,
) -> None:
    """Take back what was told about something that was undone, or that comes again."""
    await connection.execute(
        "delete from notifications where owner_id = $1 and kind = $2 and actor_id = $3 "
        "and object_id is not distinct from $4 "
        "and (cast($5 as bigint) is null or subject_id = cast($5 as bigint))",
        owner_id,
        kind,
        actor_id,
        object_id,
        subject_id,
    )


def group_key(n: NotificationRecord) -> str:
    """What several of the same kind about the same thing have in common, for half a day."""
    if n.kind not in GROUPED:
        return ""
    about = "" if n.object_id is None else f"-{n.object_id}"
    return f"{TYPES[n.kind]}{about}-{n.created_at // GROUP_MS}"
