"""Oneself: the account with everything that only its owner sees, as it is edited."""

import orjson

from actors.extras import extras_of
from clients.accounts.roles import role_entity
from clients.door import Call
from clients.entities.accounts import (
    CredentialAccount,
    CredentialSource,
    Field,
    Preferences,
    Profile,
)
from clients.entities.base import SHOWN
from clients.rendering.accounts import account_list
from clients.rendering.tags import featured_list
from objects.choices import PostChoices, post_choices, reading_choices
from outbox.acts.profile import ProfileText, profile_text
from storage.records import ActorRecord
from storage.store import Tx


async def credential_account(call: Call) -> CredentialAccount:
    """The caller's account as it is now."""

    async def operation(tx: Tx) -> CredentialAccount:
        actor = await tx.actors.by_id(call.me.id) or call.me
        account = (await account_list(tx, call.context.identifiers, [actor]))[0]
        waiting = await tx.relationships.count_pending(actor.id, by=False)
        text, chosen = await profile_text(tx, actor), await post_choices(tx, actor.id)
        values = {name: getattr(account, name) for name in account.__struct_fields__}
        return CredentialAccount(
            **values,
            source=_source(actor, text, chosen, waiting),
            role=role_entity(call.token.member.role),
        )

    return await call.store.query(operation)


def _source(
    actor: ActorRecord, text: ProfileText, chosen: PostChoices, waiting: int
) -> CredentialSource:
    return CredentialSource(
        note=text.note,
        fields=_fields(actor, text),
        privacy=SHOWN[chosen.visibility],
        sensitive=chosen.sensitive,
        language=chosen.language or None,
        quote_policy=chosen.quote_policy,
        follow_requests_count=waiting,
        indexable=bool(actor.indexable),
        discoverable=bool(actor.discoverable),
        hide_collections=bool(actor.hides_network),
        attribution_domains=list(extras_of(actor).attribution_domains),
    )


def _fields(actor: ActorRecord, text: ProfileText) -> list[Field]:
    """The fields as typed, with what is known of their links."""
    stored = orjson.loads(actor.fields)
    known = [field.get("verified_at") for field in stored]
    known += [None] * (len(text.fields) - len(known))
    return [
        Field(name=name, value=value, verified_at=verified)
        for (name, value), verified in zip(text.fields, known, strict=False)
    ]


async def own_profile(call: Call) -> Profile:
    """The caller's profile as it is edited."""

    async def operation(tx: Tx) -> Profile:
        actor = await tx.actors.by_id(call.me.id) or call.me
        text, extras = await profile_text(tx, actor), extras_of(actor)
        tags = await tx.tags.featured(actor.id)
        return Profile(
            id=str(actor.id),
            display_name=actor.name,
            note=text.note,
            fields=_fields(actor, text),
            avatar=actor.icon or None,
            avatar_static=actor.icon or None,
            avatar_description=extras.avatar_description,
            header=actor.image or None,
            header_static=actor.image or None,
            header_description=extras.header_description,
            locked=bool(actor.locked),
            bot=extras.bot,
            hide_collections=bool(actor.hides_network),
            discoverable=bool(actor.discoverable),
            indexable=bool(actor.indexable),
            show_media=extras.show_media,
            show_media_replies=extras.show_media_replies,
            show_featured=extras.show_featured,
            attribution_domains=list(extras.attribution_domains),
            featured_tags=await featured_list(tx, call.context.identifiers, actor.id, tags),
        )

    return await call.store.query(operation)


async def own_preferences(tx: Tx, actor: ActorRecord) -> Preferences:
    """What a member chose for writing and reading."""
    writing, reading = await post_choices(tx, actor.id), await reading_choices(tx, actor.id)
    return Preferences(
        visibility=SHOWN[writing.visibility],
        sensitive=writing.sensitive,
        language=writing.language or None,
        quote_policy=writing.quote_policy,
        media=reading.media,
        spoilers=reading.spoilers,
        autoplay=reading.moving,
    )
