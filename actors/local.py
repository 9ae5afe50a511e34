"""The actors of this node: made, changed and deleted here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from actors.administration import audit
from actors.extras import Extras, written
from actors.fields import all_links, with_checks
from actors.identifiers import Identifiers, acceptable_username
from actors.keys import KeyPairs
from actors.markup import own_field_html, plain_line, profile_html
from actors.parsing import MAX_ALIASES, web_link
from actors.typed import Typed, keep_typed, typed_profile
from storage.ids import new_id
from storage.ports import Conflict
from storage.records import ActorRecord, KeyRecord, MemberRecord
from storage.store import Tx

MAX_FIELDS: Final = 8


class NameRefused(ValueError):
    """A name that a new actor cannot have; the text tells a person why."""


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """What an owner changes of a profile; None leaves a part as it is.

    `summary` and the values of `fields` are HTML and get sanitised; `icon` and `image` are
    URLs; `fields` are (name, value) pairs. `typed` is what the owner wrote, from which summary
    and fields were made.
    """

    name: str | None = None
    summary: str | None = None
    icon: str | None = None
    image: str | None = None
    fields: Sequence[tuple[str, str]] | None = None
    also_known_as: Sequence[str] | None = None
    locked: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hides_network: bool | None = None
    extras: Extras | None = None
    typed: Typed | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The account that comes with a person or an organisation."""

    email: str = ""
    password_hash: str = ""
    role: str = "member"
    language: str = ""


async def create_organisation(
    tx: Tx,
    identifiers: Identifiers,
    username: str,
    name: str,
    pairs: KeyPairs,
    now: int,
    account: Account | None = None,
) -> ActorRecord:
    """A new `Organization`, followed without asking; `now` in milliseconds.

    `pairs` come from `keys.generate()`, called before the transaction. Raises `NameRefused`.
    """
    return await _create(tx, identifiers, "Organization", username, name, pairs, now, account)


async def create_person(
    tx: Tx,
    identifiers: Identifiers,
    username: str,
    name: str,
    pairs: KeyPairs,
    now: int,
    account: Account | None = None,
) -> ActorRecord:
    """A new `Person` with an account; as `create_organisation`. Raises `NameRefused`."""
    return await _create(tx, identifiers, "Person", username, name, pairs, now, account)


async def create_group(
    tx: Tx, identifiers: Identifiers, username: str, name: str, pairs: KeyPairs, now: int
) -> ActorRecord:
    """A new `Group`, followed without asking; nobody signs in as one. Raises `NameRefused`."""
    return await _new_actor(tx, identifiers, "Group", username, name, pairs, now)


async def create_node_actor(
    tx: Tx, identifiers: Identifiers, pairs: KeyPairs, now: int, name: str = ""
) -> ActorRecord:
    """The `Application` that signs for the server (FEP-d556), or the one that is there."""
    existing = await tx.actors.by_url(identifiers.node_actor)
    if existing is not None:
        return existing
    url = identifiers.node_actor
    actor = ActorRecord(
        id=new_id(),
        url=url,
        local=1,
        type="Application",
        username=identifiers.node_name,
        host=identifiers.host,
        name=plain_line(name) or identifiers.host,
        # Nobody posts to the server in person; the shared inbox hears what is for it.
        inbox=identifiers.shared_inbox,
        shared_inbox=identifiers.shared_inbox,
        outbox=identifiers.collection(url, "outbox"),
        html_url=identifiers.home_page,
        discoverable=0,
        indexable=0,
        created_at=now,
        updated_at=now,
    )
    await _add(tx, identifiers, actor, pairs)
    return actor


async def first_run(
    tx: Tx,
    identifiers: Identifiers,
    organisation: str,
    username: str,
    pairs: tuple[KeyPairs, KeyPairs],
    now: int,
    account: Account | None = None,
) -> tuple[ActorRecord, ActorRecord]:
    """The node actor and the organisation of a new node. Raises `NameRefused`."""
    node = await create_node_actor(tx, identifiers, pairs[0], now, organisation)
    owner = await create_organisation(
        tx, identifiers, username, organisation, pairs[1], now, account or Account(role="admin")
    )
    await audit(tx, "first run", "create", owner.account, "", now)
    return node, owner


async def update_profile(
    tx: Tx, actor: ActorRecord, changes: ProfileChanges, now: int
) -> ActorRecord:
    """Save the owner's changes, sanitised; gives the actor as it now is."""
    values: dict[str, Any] = {
        name: int(value)
        for name in ("locked", "discoverable", "indexable", "hides_network")
        if (value := getattr(changes, name)) is not None
    }
    if changes.name is not None:
        values["name"] = plain_line(changes.name)
    if changes.summary is not None:
        values["summary"] = profile_html(changes.summary)
    if changes.fields is not None:
        values["fields"] = with_checks(actor.fields, _fields(changes.fields))
    if changes.also_known_as is not None:
        aliases = [url for url in changes.also_known_as[:MAX_ALIASES] if web_link(url)]
        values["also_known_as"] = orjson.dumps(aliases).decode()
    values |= {n: web_link(v) for n in ("icon", "image") if (v := getattr(changes, n)) is not None}
    if changes.extras is not None:
        values["extras"] = written(changes.extras)
    changed = replace(actor, **values, updated_at=max(now, actor.updated_at + 1))
    saved = await tx.actors.save(changed)
    if changes.summary is not None or changes.fields is not None:
        await _keep_typed(tx, actor.id, changes)
    if changes.fields is not None and all_links(saved.fields):
        await tx.profiles.check_later(actor.id, now)
        tx.notify_on_commit("profiles")
    return saved


async def _keep_typed(tx: Tx, actor_id: int, changes: ProfileChanges) -> None:
    """What was typed, or no more what was typed before: the profile says something else now."""
    before = await typed_profile(tx, actor_id)
    typed = changes.typed or Typed()
    note = before.note if changes.summary is None else typed.note
    fields = before.fields if changes.fields is None else typed.fields
    await keep_typed(tx, actor_id, Typed(note, fields))


async def delete_actor(tx: Tx, actor: ActorRecord, now: int) -> ActorRecord:
    """Make a tombstone of an actor, here or elsewhere; the address is never given again.

    A local actor keeps its keys and its remote followers until `forget_the_deleted` finds that
    the Delete has reached them: deliveries are signed when they are sent.
    """
    local = bool(actor.local)
    await tx.relationships.end_follows(actor.id, keep_remote_followers=local)
    await tx.actors.erase(actor.id, now)
    await tx.bonds.forget(actor.id)
    if local:
        await tx.members.remove(actor.id)
    else:
        await tx.actors.remove_keys(actor.id)
    erased = await tx.actors.by_id(actor.id)
    assert erased is not None
    return erased


async def forget_the_deleted(tx: Tx) -> int:
    """Drop keys and followers of deleted local actors that owe nobody a delivery any more."""
    ids = await tx.actors.delivered_farewells()
    for actor_id in ids:
        await tx.actors.remove_keys(actor_id)
        await tx.relationships.end_follows(actor_id)
    return len(ids)


async def _create(
    tx: Tx,
    identifiers: Identifiers,
    kind: str,
    username: str,
    name: str,
    pairs: KeyPairs,
    now: int,
    account: Account | None,
) -> ActorRecord:
    actor = await _new_actor(tx, identifiers, kind, username, name, pairs, now)
    given = account or Account()
    await tx.members.add(
        MemberRecord(
            actor.id, given.email, given.password_hash, given.role, given.language, now, None
        )
    )
    return actor


async def _new_actor(
    tx: Tx,
    identifiers: Identifiers,
    kind: str,
    username: str,
    name: str,
    pairs: KeyPairs,
    now: int,
) -> ActorRecord:
    if not acceptable_username(username):
        raise NameRefused(
            f"{username!r} cannot be a name: letters without accents, digits, '_', '.' and '-', "
            "at most 30 of them, and not one of the reserved words."
        )
    if await tx.actors.local(username) is not None:
        raise NameRefused(f"{username} is taken, or was once; names are never given twice.")
    actor = _new(identifiers, kind, username, name, now)
    await _add(tx, identifiers, actor, pairs)
    return actor


def _new(identifiers: Identifiers, kind: str, username: str, name: str, now: int) -> ActorRecord:
    url = identifiers.actor(username)
    return ActorRecord(
        id=new_id(),
        url=url,
        local=1,
        type=kind,
        username=username,
        host=identifiers.host,
        name=plain_line(name) or username,
        inbox=identifiers.collection(url, "inbox"),
        shared_inbox=identifiers.shared_inbox,
        outbox=identifiers.collection(url, "outbox"),
        followers_url=identifiers.collection(url, "followers"),
        following_url=identifiers.collection(url, "following"),
        featured_url=identifiers.collection(url, "featured"),
        html_url=identifiers.profile(username),
        # Organisations want to be found; people are asked first.
        indexable=int(kind == "Organization"),
        created_at=now,
        updated_at=now,
    )


async def _add(tx: Tx, identifiers: Identifiers, actor: ActorRecord, pairs: KeyPairs) -> None:
    try:
        async with tx.connection.savepoint():
            await tx.actors.add(actor)
    except Conflict:
        raise NameRefused(f"{actor.username} is taken.") from None
    await tx.actors.add_keys(
        [
            KeyRecord(
                identifiers.key(actor.url, algorithm),
                actor.id,
                algorithm,
                pair.public_pem,
                pair.private_pem,
                actor.created_at,
            )
            for algorithm, pair in (("rsa", pairs.rsa), ("ed25519", pairs.ed25519))
        ]
    )


def _fields(pairs: Sequence[tuple[str, str]]) -> str:
    fields = [
        {"name": plain_line(name), "value": own_field_html(value)}
        for name, value in pairs[:MAX_FIELDS]
        if name.strip()
    ]
    return orjson.dumps(fields).decode()
