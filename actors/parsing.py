"""An actor document from elsewhere → what we keep of it; pure."""

import re
from typing import Final

import orjson

from actors.extras import Extras, written
from actors.markup import field_html, plain_line, profile_html
from federation.addresses import host_of, same_origin
from federation.documents import Document
from federation.errors import Untrusted
from federation.keys import PublicKey, keys_of
from federation.vocabulary import ACTOR_TYPES
from storage.ids import new_id
from storage.records import ActorRecord, KeyRecord

MAX_FIELDS: Final = 16
MAX_ALIASES: Final = 32
MAX_URL: Final = 2_048
MAX_DESCRIPTION: Final = 1_500
# Names of server actors are host names, with a port in development.
USERNAME: Final = re.compile(r"^[\w.+~:%-]{1,128}$")


def actor_record(document: Document, now: int) -> ActorRecord:
    """The record of someone else's actor; `now` in milliseconds.

    Markup is sanitised, lists are bounded, and collections count only under the actor's own
    origin. `fetched_at` stays 0 until WebFinger has confirmed the name. Raises `Untrusted` when
    id, type, name or inbox are missing or unusable.
    """
    url = document.id or ""
    kind = next((name for name in document.types if name in ACTOR_TYPES), None)
    username = document.text("preferredUsername") or ""
    inbox = web_link(document.first_id("inbox"))
    if not web_link(url) or "#" in url:
        raise Untrusted(url, "an actor's id must be an http(s) address")
    if kind is None:
        raise Untrusted(url, f"{document.type or 'nothing'} is not a type of actor")
    if not USERNAME.match(username):
        raise Untrusted(url, "preferredUsername is missing or unusable")
    if not inbox:
        raise Untrusted(url, "there is no inbox")
    return ActorRecord(
        id=new_id(),
        url=url,
        local=0,
        type=kind,
        username=username,
        host=host_of(url),
        name=plain_line(document.text("name") or ""),
        summary=profile_html(document.text("summary") or ""),
        inbox=inbox,
        shared_inbox=_shared_inbox(document, inbox),
        outbox=_own(document, "outbox"),
        followers_url=_own(document, "followers"),
        following_url=_own(document, "following"),
        featured_url=_own(document, "featured"),
        html_url=_page(document) or url,
        icon=_image(document, "icon"),
        image=_image(document, "image"),
        fields=orjson.dumps(_fields(document)).decode(),
        also_known_as=orjson.dumps(_aliases(document)).decode(),
        moved_to=web_link(document.first_id("movedTo")),
        locked=int(document.flag("manuallyApprovesFollowers")),
        # What says nothing about consent is not listed anywhere (FEP-5feb).
        discoverable=int(document.flag("discoverable")),
        indexable=int(document.flag("indexable")),
        document=document.dump().decode(),
        extras=written(_extras(document)),
        created_at=_since(document, now),
        updated_at=now,
    )


def remote_keys(document: Document) -> list[PublicKey]:
    """The keys that an actor document vouches for (SECURITY.md, rule 1)."""
    return list(keys_of(document))


def key_records(actor_id: int, keys: list[PublicKey], now: int) -> list[KeyRecord]:
    """Public keys as rows of their owner."""
    return [KeyRecord(k.key_id, actor_id, k.algorithm, k.pem, None, now) for k in keys]


def is_complete(document: Document) -> bool:
    """Whether this is a whole actor, not the stub that secure servers show to strangers."""
    return document.has("inbox") and document.has("outbox")


def web_link(value: str | None) -> str:
    """The address, if it is http(s) and can be looked up; else nothing."""
    if not value or len(value) > MAX_URL:
        return ""
    try:
        host_of(value)
    except Untrusted:
        return ""
    return value


def _own(document: Document, name: str) -> str:
    """A collection of the actor, if it lives under the actor's origin."""
    found = document.first_id(name) or ""
    return found if same_origin(found, document.id or "") else ""


def _shared_inbox(document: Document, inbox: str) -> str:
    # A shared inbox elsewhere would let anybody send our posts to third parties.
    endpoints = document.embedded("endpoints") or document
    found = web_link(endpoints.first_id("sharedInbox"))
    return found if same_origin(found, inbox) else ""


def _page(document: Document) -> str:
    """The page for people: the HTML link among several, else the first."""
    links = document.items("url")
    pages = [link.first_id("href") for link in links if link.text("mediaType") == "text/html"]
    return web_link(next(iter(pages), None) or document.first_id("url"))


def _image(document: Document, name: str) -> str:
    embedded = document.embedded(name)
    found = embedded.first_id("url") if embedded else document.first_id(name)
    return web_link(found or (embedded.first_id("href") if embedded else None))


def _extras(document: Document) -> Extras:
    """What the pictures show, for those who do not see them."""
    return Extras(
        avatar_description=_shown(document.embedded("icon")),
        header_description=_shown(document.embedded("image")),
    )


def _shown(picture: Document | None) -> str:
    if picture is None:
        return ""
    return plain_line(picture.text("name") or picture.text("summary") or "", MAX_DESCRIPTION)


def _since(document: Document, now: int) -> int:
    """Since when the actor exists, as far as their server says so."""
    return min(max(document.time("published") or now, 0), now)


def _aliases(document: Document) -> list[str]:
    return [url for url in document.ids("alsoKnownAs")[:MAX_ALIASES] if web_link(url)]


def _fields(document: Document) -> list[dict[str, str]]:
    """Profile fields (FEP-fb2a): `[{"name": plain text, "value": safe HTML}, …]`."""
    values = [item for item in document.items("attachment") if "PropertyValue" in _names(item)]
    fields = (
        {
            "name": plain_line(item.text("name") or ""),
            "value": field_html(item.text("value") or item.text("http://schema.org#value") or ""),
        }
        for item in values[:MAX_FIELDS]
    )
    return [field for field in fields if field["name"]]


def _names(item: Document) -> set[str]:
    return {name.rpartition(":")[2].rpartition("#")[2].rpartition("/")[2] for name in item.types}
