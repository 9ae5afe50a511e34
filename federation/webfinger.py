"""Names such as `@amina@atelier.example`: asking for them, and answering (RFC 7033)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from federation.addresses import canonical_url, host_of, normalise_host, same_url
from federation.client import Answer, HttpClient
from federation.documents import Document, parse
from federation.errors import FederationError, Refused, Unreachable, Untrusted
from federation.vocabulary import ACTIVITY_JSON, is_activity_content_type

JRD_JSON: Final = "application/jrd+json"
SUBSCRIBE_REL: Final = "http://ostatus.org/schema/1.0/subscribe"
PROFILE_REL: Final = "http://webfinger.net/rel/profile-page"
AVATAR_REL: Final = "http://webfinger.net/rel/avatar"
SERVER_ACTOR_REL: Final = "https://www.w3.org/ns/activitystreams#Service"

MAX_BYTES: Final = 100_000
MAX_LINKS: Final = 100
_ACCEPT: Final = f"{JRD_JSON}, application/json;q=0.9"
_USERNAME: Final = re.compile(r"[^\s@/:?#\\\x00-\x1f\x7f]{1,128}")


@dataclass(frozen=True, slots=True)
class WebFingerAnswer:
    """Who a name belongs to: `subject` is `username@host` as its own host writes it."""

    subject: str
    actor_url: str
    subscribe_template: str | None


def parse_acct(text: str) -> tuple[str, str]:
    """Username and normalised host of `acct:a@b`, `@a@b`, `!a@b` or `a@b`; else `Untrusted`."""
    plain = text.strip().removeprefix("acct:").removeprefix("@").removeprefix("!")
    username, separator, host = plain.partition("@")
    if not separator or not _USERNAME.fullmatch(username):
        raise Untrusted(text[:200], "not a name of the form user@host")
    return username, normalise_host(host)


async def resolve(client: HttpClient, acct: str) -> WebFingerAnswer:
    """Ask the host of `acct` who that is.

    When it names an account on another host instead, that host has to confirm, once, and both
    have to point to the same actor. Raises `Untrusted`, `Unreachable` or `Gone`.
    """
    username, host = parse_acct(acct)
    first = await _ask(client, username, host)
    if _same_account(first.subject, f"{username}@{host}"):
        return first
    confirmed = await _ask(client, *parse_acct(first.subject))
    if not _same_account(confirmed.subject, first.subject):
        raise Untrusted(acct, f"{first.subject} is not confirmed by its own host")
    if not same_url(confirmed.actor_url, first.actor_url):
        raise Untrusted(acct, f"{first.subject} is another actor at its own host")
    return confirmed


async def confirm(client: HttpClient, actor: Document) -> str:
    """The name (`username@host`) that this actor and WebFinger agree upon, both ways.

    The actor's `webfinger` property (FEP-2c59) is tried first, then its `preferredUsername`
    at the host of its id. Raises `Untrusted` when neither leads back to the actor.
    """
    if actor.id is None:
        raise Untrusted("(no id)", "an actor without an id")
    failure: FederationError = Untrusted(actor.id, "an actor without a name")
    for acct in _claimed_names(actor):
        try:
            answer = await resolve(client, acct)
        except FederationError as error:
            failure = error
            continue
        if answer.actor_url == actor.id:
            return answer.subject
        failure = Untrusted(actor.id, f"{acct} belongs to {answer.actor_url}")
    raise failure


def account_jrd(
    *,
    acct: str,
    actor_url: str,
    aliases: Sequence[str] = (),
    profile_url: str | None = None,
    avatar: tuple[str, str] | None = None,
    subscribe_template: str | None = None,
) -> dict[str, Any]:
    """What WebFinger answers about one account, whether asked by name or by URL.

    `acct` is `username@host`; `avatar` is media type and address; `subscribe_template` holds
    `{uri}`, for following from another server.
    """
    page = profile_url or actor_url
    links: list[dict[str, str]] = [
        {"rel": "self", "type": ACTIVITY_JSON, "href": actor_url},
        {"rel": PROFILE_REL, "type": "text/html", "href": page},
    ]
    if avatar is not None:
        links.append({"rel": AVATAR_REL, "type": avatar[0], "href": avatar[1]})
    if subscribe_template is not None:
        links.append({"rel": SUBSCRIBE_REL, "template": subscribe_template})
    return {
        "subject": f"acct:{acct}",
        "aliases": list(dict.fromkeys([actor_url, page, *aliases])),
        "links": links,
    }


def server_jrd(*, base_url: str, actor_url: str) -> dict[str, Any]:
    """What WebFinger answers about the server's own address: its actor (FEP-d556)."""
    return {
        "subject": actor_url,
        "aliases": [base_url],
        "links": [{"rel": SERVER_ACTOR_REL, "type": ACTIVITY_JSON, "href": actor_url}],
    }


async def _ask(client: HttpClient, username: str, host: str) -> WebFingerAnswer:
    """One host's answer about one account."""
    answer = await _get(client, host, f"acct:{username}@{host}")
    return _read(answer, username, host)


async def _get(client: HttpClient, host: str, resource: str) -> Answer:
    """The host's answer, over the first scheme that connects."""
    path = f"{host}/.well-known/webfinger?resource={quote(resource, safe='')}"
    failure: Unreachable | None = None
    for scheme in client.guard.schemes_for(host):
        try:
            return await client.get(f"{scheme}://{path}", accept=_ACCEPT, max_bytes=MAX_BYTES)
        except Unreachable as error:
            failure = error
    assert failure is not None
    raise failure


def _read(answer: Answer, username: str, host: str) -> WebFingerAnswer:
    answer.require_ok()
    try:
        jrd = parse(answer.body, max_bytes=MAX_BYTES)
    except Refused as refusal:
        raise Untrusted(answer.url, str(refusal)) from None
    subject = jrd.text("subject") or f"acct:{username}@{host}"
    if not subject.startswith("acct:"):
        # Some answer with the actor's address as subject; the name asked for then stands.
        subject = f"acct:{username}@{host}"
    links = jrd.items("links")[:MAX_LINKS]
    actor_url = next((link.text("href") for link in links if _is_actor(link)), None)
    if actor_url is None:
        raise Untrusted(answer.url, "no link to an ActivityPub actor")
    canonical_url(actor_url)
    named, at = parse_acct(subject)
    return WebFingerAnswer(f"{named}@{at}", actor_url, _template(links))


def _is_actor(link: Document) -> bool:
    return link.text("rel") == "self" and is_activity_content_type(link.text("type") or "")


def _template(links: Sequence[Document]) -> str | None:
    """Where a person can follow someone from that server, if it says so in a usable way."""
    for link in links:
        template = link.text("template") or ""
        if link.text("rel") == SUBSCRIBE_REL and "{uri}" in template:
            try:
                host_of(template.replace("{uri}", ""))
            except Untrusted:
                continue
            return template
    return None


def _same_account(first: str, second: str) -> bool:
    """Usernames differ in case only where people type them."""
    return first.lower() == second.lower()


def _claimed_names(actor: Document) -> list[str]:
    """The names that an actor gives itself, the explicit one first."""
    names = []
    claimed = actor.text("webfinger")
    if claimed is not None:
        names.append(claimed)
    username = actor.text("preferredUsername")
    if username and actor.id is not None:
        names.append(f"{username}@{host_of(actor.id)}")
    return list(dict.fromkeys(names))
