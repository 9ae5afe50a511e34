"""NodeInfo 2.0 and 2.1: what kind of server this is, and what others say they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from federation.addresses import same_origin
from federation.client import HttpClient
from federation.documents import Document, parse
from federation.errors import Refused, Untrusted

Version = Literal["2.0", "2.1"]

NAMESPACE: Final = "http://nodeinfo.diaspora.software/ns/schema/"
APPLICATION_REL: Final = "https://www.w3.org/ns/activitystreams#Application"
MAX_BYTES: Final = 100_000
MAX_LINKS: Final = 20
MAX_NAME_LENGTH: Final = 100

_READ_VERSIONS: Final = ("2.1", "2.0", "2.2", "1.1", "1.0")


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What a node tells about itself; counts are of local accounts and posts."""

    version: str
    users: int
    active_month: int
    active_half_year: int
    posts: int
    comments: int = 0
    open_registrations: bool = False
    name: str = "communotic"
    repository: str | None = None
    homepage: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteSoftware:
    """The software that a server says it runs; names are lower-case."""

    name: str
    version: str


def content_type(version: Version) -> str:
    """The `Content-Type` of a NodeInfo document."""
    return f'application/json; profile="{NAMESPACE}{version}#"'


def index(base_url: str, server_actor: str | None = None) -> dict[str, Any]:
    """The document at `/.well-known/nodeinfo`; the server's actor is named as in FEP-2677."""
    base = base_url.rstrip("/")
    links = [
        {"rel": NAMESPACE + version, "href": f"{base}/nodeinfo/{version}"}
        for version in ("2.1", "2.0")
    ]
    if server_actor is not None:
        links.append({"rel": APPLICATION_REL, "href": server_actor})
    return {"links": links}


def document(facts: NodeFacts, version: Version) -> dict[str, Any]:
    """A NodeInfo document that is valid under the schema of its version."""
    software = {"name": facts.name, "version": facts.version}
    if version == "2.1":
        links = {"repository": facts.repository, "homepage": facts.homepage}
        software |= {name: url for name, url in links.items() if url is not None}
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": facts.open_registrations,
        "usage": {
            "users": {
                "total": facts.users,
                "activeMonth": facts.active_month,
                "activeHalfyear": facts.active_half_year,
            },
            "localPosts": facts.posts,
            "localComments": facts.comments,
        },
        "metadata": dict(facts.metadata),
    }


async def read_software(client: HttpClient, origin: str) -> RemoteSoftware:
    """What the server at `origin` says it runs; raises `Untrusted`, `Unreachable` or `Gone`."""
    links = (await _get(client, f"{origin}/.well-known/nodeinfo")).items("links")[:MAX_LINKS]
    address = _best_address(links, origin)
    software = (await _get(client, address)).embedded("software")
    name = software.text("name") if software is not None else None
    if software is None or name is None:
        raise Untrusted(address, "NodeInfo without the name of a software")
    version = software.text("version") or ""
    return RemoteSoftware(name.lower()[:MAX_NAME_LENGTH], version[:MAX_NAME_LENGTH])


def _best_address(links: Sequence[Document], origin: str) -> str:
    """The address of the document in the version that we like best, at the same origin."""
    by_rel = {link.text("rel") or "": link.text("href") or "" for link in links}
    for version in _READ_VERSIONS:
        address = by_rel.get(NAMESPACE + version, "")
        if same_origin(address, origin):
            return address
    raise Untrusted(origin, "no NodeInfo at its own origin")


async def _get(client: HttpClient, url: str) -> Document:
    answer = await client.get(url, accept="application/json", max_bytes=MAX_BYTES)
    answer.require_ok()
    try:
        return parse(answer.body, max_bytes=MAX_BYTES)
    except Refused as refusal:
        raise Untrusted(url, str(refusal)) from None
