"""Actors as accounts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import orjson

from actors.extras import extras_of
from actors.identifiers import Identifiers
from clients.entities.accounts import Account, AccountRole, CustomEmoji, Field
from clients.entities.base import day, moment
from federation.documents import Document
from objects.reading import emojis_of
from storage.records import ActorRecord
from storage.store import Tx

BOTS: Final = frozenset({"Application", "Service"})
AVATAR: Final = "/static/avatar.png"
HEADER: Final = "/static/header.png"
DAY_MS: Final = 24 * 3_600_000
_SHORTCODE: Final = re.compile(r":([A-Za-z0-9_]{1,100}):")


async def accounts(
    tx: Tx, identifiers: Identifiers, actors: Iterable[ActorRecord]
) -> dict[int, Account]:
    """The accounts of actors by their id; those to whom they moved are inside."""
    known = {actor.id: actor for actor in actors}
    moved_to = {actor.moved_to for actor in known.values() if actor.moved_to}
    targets = await tx.actors.by_urls(sorted(moved_to)) if moved_to else {}
    everybody = known | {actor.id: actor for actor in targets.values()}
    seen = await tx.apps.last_posts(sorted(everybody))
    local = sorted(actor.id for actor in everybody.values() if actor.local)
    roles = await tx.apps.roles(local)
    ours = await _own_emojis(tx, identifiers, everybody.values())
    made = {
        number: _account(actor, identifiers, seen.get(number), roles.get(number, ""), ours)
        for number, actor in everybody.items()
    }
    for number, actor in known.items():
        target = targets.get(actor.moved_to)
        if target is not None and target.id != number:
            made[number].moved = made[target.id]
    return {number: made[number] for number in known}


async def account_list(
    tx: Tx, identifiers: Identifiers, actors: Sequence[ActorRecord]
) -> list[Account]:
    """The accounts of actors, in their order."""
    made = await accounts(tx, identifiers, actors)
    return [made[actor.id] for actor in actors]


async def _own_emojis(
    tx: Tx, identifiers: Identifiers, actors: Iterable[ActorRecord]
) -> Mapping[str, CustomEmoji]:
    """The custom emoji of this node, when an actor of ours uses any."""
    texts = (a.name + a.summary + a.fields for a in actors if a.local)
    used = any(_SHORTCODE.search(text) for text in texts)
    return await own_emojis(tx, identifiers) if used else {}


async def own_emojis(tx: Tx, identifiers: Identifiers) -> dict[str, CustomEmoji]:
    """The custom emoji of this node by their shortcode."""
    found = await tx.emojis.all(identifiers.host)
    return {
        emoji.shortcode: CustomEmoji(
            shortcode=emoji.shortcode,
            url=emoji.url,
            static_url=emoji.still,
            visible_in_picker=not emoji.hidden,
            category=emoji.category or None,
        )
        for emoji in found
    }


def emojis_in(text: str, known: Mapping[str, CustomEmoji]) -> list[CustomEmoji]:
    """Those of `known` that a text uses, each once."""
    names = dict.fromkeys(_SHORTCODE.findall(text)) if ":" in text and known else ()
    return [known[name] for name in names if name in known]


def emojis_of_document(text: str, identifiers: Identifiers) -> dict[str, CustomEmoji]:
    """The custom emoji that a stored document of another server brings along."""
    if '"Emoji"' not in text:
        return {}
    pairs = emojis_of(Document(orjson.loads(text)))
    shown = ((name, identifiers.picture(url)) for name, url in pairs)
    return {name: CustomEmoji(shortcode=name, url=url, static_url=url) for name, url in shown}


def acct(actor: ActorRecord) -> str:
    """`username` for somebody here, `username@host` for everybody else."""
    return actor.username if actor.local else actor.account


def _account(
    actor: ActorRecord,
    identifiers: Identifiers,
    seen: int | None,
    role: str,
    ours: Mapping[str, CustomEmoji],
) -> Account:
    avatar = identifiers.picture(actor.icon) or identifiers.origin + AVATAR
    header = identifiers.picture(actor.image) or identifiers.origin + HEADER
    known = ours if actor.local else emojis_of_document(actor.document, identifiers)
    fields = orjson.loads(actor.fields)
    texts = (actor.name, actor.summary, *(f["name"] + f["value"] for f in fields))
    suspended = actor.state != "active" or actor.severity == "suspend"
    extras = extras_of(actor)
    return Account(
        id=str(actor.id),
        username=actor.username,
        acct=acct(actor),
        url=actor.html_url or actor.url,
        uri=actor.url,
        display_name="" if suspended else actor.name,
        note="" if suspended else actor.summary,
        avatar=avatar,
        avatar_static=avatar,
        header=header,
        header_static=header,
        locked=bool(actor.locked),
        bot=extras.bot or actor.type in BOTS,
        group=actor.type == "Group",
        discoverable=bool(actor.discoverable),
        indexable=bool(actor.indexable),
        noindex=not actor.indexable,
        hide_collections=bool(actor.hides_network),
        created_at=moment(actor.created_at - actor.created_at % DAY_MS),
        last_status_at=None if seen is None else day(seen),
        followers_count=actor.followers_count,
        following_count=actor.following_count,
        statuses_count=actor.posts_count,
        fields=[] if suspended else [_field(field) for field in fields],
        emojis=[] if suspended else emojis_in("\n".join(texts), known),
        roles=_roles(role),
        avatar_description=extras.avatar_description,
        header_description=extras.header_description,
        show_featured=extras.show_featured,
        show_media=extras.show_media,
        show_media_replies=extras.show_media_replies,
        limited="limit" in (actor.severity, actor.sanction),
        suspended=suspended,
    )


def _field(stored: dict[str, str]) -> Field:
    return Field(name=stored["name"], value=stored["value"], verified_at=stored.get("verified_at"))


def _roles(role: str) -> list[AccountRole]:
    return [AccountRole(id="3", name="admin")] if role == "admin" else []
