"""NodeInfo 2.0 and 2.1: what kind of server this is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Version = Literal["2.0", "2.1"]

NAMESPACE: Final = "http://nodeinfo.diaspora.software/ns/schema/"
APPLICATION_REL: Final = "https://www.w3.org/ns/activitystreams#Application"


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
