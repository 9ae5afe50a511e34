"""What an app changes of a profile: checked, and refused in the words of Mastodon."""

import re
from dataclasses import replace
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from quart import request

from actors.extras import Extras, extras_of
from actors.local import MAX_FIELDS, ProfileChanges
from actors.parsing import MAX_DESCRIPTION
from clients.door import Call
from clients.entities.base import MEANT
from federation.addresses import normalise_host
from federation.errors import Refused, Untrusted
from objects.choices import PostChoices, post_choices, save_post_choices
from objects.media import store_upload
from outbox.acts.profile import (
    MAX_FIELD_NAME,
    MAX_FIELD_VALUE,
    MAX_NAME,
    MAX_SUMMARY,
    change_typed_profile,
)
from storage.records import ActorRecord

MAX_DOMAINS: Final = 100
PICTURES: Final = {"avatar": "icon", "header": "image"}
FLAGS: Final = {
    "locked": "locked",
    "discoverable": "discoverable",
    "indexable": "indexable",
    "hide_collections": "hides_network",
}
QUOTERS: Final = ("public", "followers", "nobody")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class FieldParameter(msgspec.Struct):
    """A line of the profile."""

    name: str | None = None
    value: str | None = None


class SourceParameters(msgspec.Struct):
    """What new posts begin with."""

    privacy: str | UnsetType | None = UNSET
    sensitive: bool | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET
    quote_policy: str | UnsetType | None = UNSET


class ProfileParameters(msgspec.Struct):
    """What is said of a profile; what is not said stays."""

    display_name: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    fields_attributes: list[FieldParameter] | UnsetType | None = UNSET
    locked: bool | UnsetType | None = UNSET
    discoverable: bool | UnsetType | None = UNSET
    indexable: bool | UnsetType | None = UNSET
    hide_collections: bool | UnsetType | None = UNSET
    bot: bool | UnsetType | None = UNSET
    show_media: bool | UnsetType | None = UNSET
    show_media_replies: bool | UnsetType | None = UNSET
    show_featured: bool | UnsetType | None = UNSET
    avatar_description: str | UnsetType | None = UNSET
    header_description: str | UnsetType | None = UNSET
    attribution_domains: list[str] | UnsetType | None = UNSET
    source: SourceParameters | UnsetType | None = UNSET


async def change_profile_of(call: Call) -> None:
    """Carry out a change of the caller's profile; raises `Refused` 422 before anything is done."""
    sent = await call.read(ProfileParameters)
    actor = call.me
    name, note = _text(sent.display_name), _text(sent.note)
    _limit("Display name", name, MAX_NAME)
    _limit("Note", note, MAX_SUMMARY)
    fields = _fields(sent.fields_attributes)
    flags: dict[str, Any] = {
        kept: bool(value)
        for said, kept in FLAGS.items()
        if (value := getattr(sent, said)) is not UNSET and value is not None
    }
    extras = _extras(sent, extras_of(actor))
    chosen = await call.store.query(lambda tx: post_choices(tx, actor.id))
    writing = _writing(sent.source, chosen)
    pictures = await _pictures(call, actor)
    changes = ProfileChanges(name=name, extras=extras, **flags, **pictures)
    if changes != ProfileChanges() or note is not None or fields is not None:
        await change_typed_profile(call.context.outbox, actor, changes, note=note, fields=fields)
    if writing != chosen:
        await call.store.write(lambda tx: save_post_choices(tx, actor.id, writing))


async def remove_picture(call: Call, kind: str) -> None:
    """Take the caller's avatar or header away."""
    actor, place = call.me, PICTURES[kind]
    if getattr(actor, place):
        extras = replace_extras(extras_of(actor), {f"{kind}_description": ""})
        gone: dict[str, Any] = {place: ""}
        changes = ProfileChanges(extras=extras, **gone)
        await change_typed_profile(call.context.outbox, actor, changes)


def replace_extras(extras: Extras, changed: dict[str, Any]) -> Extras:
    """The same with some parts replaced."""
    return msgspec.structs.replace(extras, **changed)


def _text(value: str | UnsetType | None) -> str | None:
    if value is UNSET:
        return None
    return (value or "").replace("\0", "").strip()


def _limit(what: str, text: str | None, most: int) -> None:
    if text is not None and len(text) > most:
        raise invalid(f"{what} is too long (maximum is {most} characters)")


def invalid(detail: str) -> Refused:
    """The refusal of what is not valid: 422."""
    return Refused(422, "invalid", f"Validation failed: {detail}")


def _fields(sent: list[FieldParameter] | UnsetType | None) -> list[tuple[str, str]] | None:
    """The lines that say something, or None when nothing was said about them."""
    if sent is UNSET:
        return None
    pairs = [(_text(one.name) or "", _text(one.value) or "") for one in sent or ()]
    said = [pair for pair in pairs if any(pair)]
    if len(said) > MAX_FIELDS:
        raise invalid(f"Fields: at most {MAX_FIELDS} are possible")
    for name, value in said:
        if not name:
            raise invalid("Fields with values must have labels")
        _limit("Field name", name, MAX_FIELD_NAME)
        _limit("Field value", value, MAX_FIELD_VALUE)
    return said


def _extras(sent: ProfileParameters, before: Extras) -> Extras | None:
    """What is kept besides; None when nothing of it changes."""
    changed: dict[str, Any] = {}
    for flag in ("bot", "show_media", "show_media_replies", "show_featured"):
        value = getattr(sent, flag)
        if value is not UNSET and value is not None:
            changed[flag] = value
    for name in ("avatar_description", "header_description"):
        text = _text(getattr(sent, name))
        _limit(name.replace("_", " ").capitalize(), text, MAX_DESCRIPTION)
        if text is not None:
            changed[name] = text
    if sent.attribution_domains is not UNSET:
        changed["attribution_domains"] = _domains(sent.attribution_domains or [])
    after = replace_extras(before, changed)
    return None if after == before else after


def _domains(named: list[str]) -> tuple[str, ...]:
    try:
        found = dict.fromkeys(normalise_host(one.strip()) for one in named if one.strip())
    except Untrusted as error:
        raise invalid(f"Attribution domains: {error}") from None
    if len(found) > MAX_DOMAINS:
        raise invalid(f"Attribution domains: at most {MAX_DOMAINS} are possible")
    return tuple(found)


def _writing(sent: SourceParameters | UnsetType | None, before: PostChoices) -> PostChoices:
    """What new posts will begin with."""
    if sent is UNSET or sent is None:
        return before
    changed = before
    if sent.privacy is not UNSET and sent.privacy is not None:
        if sent.privacy not in MEANT:
            raise invalid("Setting default privacy is not included in the list")
        changed = replace(changed, visibility=MEANT[sent.privacy])
    if sent.sensitive is not UNSET and sent.sensitive is not None:
        changed = replace(changed, sensitive=sent.sensitive)
    if sent.language is not UNSET:
        language = sent.language or ""
        if language and not _LANGUAGE.fullmatch(language):
            raise invalid("Setting default language is not included in the list")
        changed = replace(changed, language=language)
    if sent.quote_policy is not UNSET and sent.quote_policy is not None:
        if sent.quote_policy not in QUOTERS:
            raise invalid("Setting default quote policy is not included in the list")
        changed = replace(changed, quote_policy=sent.quote_policy)
    return changed


async def _pictures(call: Call, actor: ActorRecord) -> dict[str, Any]:
    """The addresses of new pictures; raises `Refused` 422 for what is none."""
    files = await request.files
    found: dict[str, str] = {}
    for name, place in PICTURES.items():
        content = files[name].read() if name in files else b""
        if not content:
            continue
        context = call.context
        try:
            media = await store_upload(
                call.store, context.files, context.limits, actor, content, "", context.now()
            )
        except Refused as refused:
            raise invalid(f"{name.capitalize()}: {refused.detail}") from None
        if not media.media_type.startswith("image/"):
            raise invalid(f"{name.capitalize()} content type is invalid")
        found[place] = context.identifiers.media(media.file)
    return found
