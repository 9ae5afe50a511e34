"""Every URL of ours is minted and recognised here, and nowhere else."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from config.settings import Settings

Kind = Literal["actor", "object", "activity", "follow", "media", "guarded"]

USERNAME = re.compile(r"^[a-z0-9_]([a-z0-9_.-]{0,28}[a-z0-9_])?$", re.IGNORECASE)
PATHS = re.compile(
    r"^/(?:(?P<node>actor)|users/(?P<username>[^/]+)|objects/(?P<object>[0-9]+)"
    r"|activities/(?P<activity>[0-9]+)|media/(?P<media>[^/]+)"
    r"|projects/files/(?P<guarded>[0-9]+/[^/]+))$"
)
RESERVED = frozenset(
    {
        "actor", "admin", "administrateur", "administrator", "api", "inbox", "root", "support",
        "system", "webmaster",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Local:
    """What one of our URLs stands for: its kind, and the name or number in it."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The addresses of one node; `origin` has no trailing slash."""

    origin: str
    host: str

    @classmethod
    def of(cls, settings: Settings) -> "Identifiers":
        """The addresses of the node with these settings."""
        return cls(settings.origin, settings.domain)

    @property
    def node_actor(self) -> str:
        """The `Application` that signs for the server (FEP-d556)."""
        return f"{self.origin}/actor"

    @property
    def node_name(self) -> str:
        """The name of that actor: the host; without a port, which no name may hold."""
        return self.host.partition(":")[0]

    @property
    def shared_inbox(self) -> str:
        """The inbox of everybody here."""
        return f"{self.origin}/inbox"

    @property
    def home_page(self) -> str:
        """The first page of the node."""
        return f"{self.origin}/"

    def actor(self, username: str) -> str:
        """The id of a local actor; also its page, by content negotiation."""
        return f"{self.origin}/users/{username}"

    def profile(self, username: str) -> str:
        """The page of an actor as people write it."""
        return f"{self.origin}/@{username}"

    def key(self, actor_url: str, algorithm: str) -> str:
        """The id of a key of a local actor."""
        return f"{actor_url}#{'main-key' if algorithm == 'rsa' else 'ed25519-key'}"

    def collection(self, actor_url: str, name: str) -> str:
        """`inbox`, `outbox`, `followers`, `following`, `featured`… of a local actor."""
        return f"{actor_url}/{name}"

    def object(self, object_id: int) -> str:
        """The id of a local object; also its page."""
        return f"{self.origin}/objects/{object_id}"

    def object_collection(self, object_url: str, name: str) -> str:
        """`replies`, `likes` or `shares` of a local object."""
        return f"{object_url}/{name}"

    def quote_authorization(self, quoted_url: str, quoting_id: int) -> str:
        """The leave to quote a local object that was given to an object (FEP-044f)."""
        return f"{quoted_url}/quotes/{quoting_id}"

    def draft_page(self, draft_id: int) -> str:
        """The page on which a member goes on writing an experience."""
        return f"{self.origin}/drafts/{draft_id}"

    def activity(self, activity_id: int) -> str:
        """The id of a local activity."""
        return f"{self.origin}/activities/{activity_id}"

    def collection_page(self, collection_url: str, before: int | None) -> str:
        """A page of a collection that is paged by the ids of its entries."""
        bound = "" if before is None else f"&before={before}"
        return f"{collection_url}?page=true{bound}"

    def account(self, username: str) -> str:
        """`name@host` of a local actor."""
        return f"{username}@{self.host}"

    def subscribe_template(self) -> str:
        """Where somebody from here confirms that they want to follow `{uri}`."""
        return f"{self.origin}/authorize_interaction?uri={{uri}}"

    def conversation(self, object_id: int) -> str:
        """The `context` collection of a conversation that began here (FEP-7888)."""
        return f"{self.origin}/objects/{object_id}/context"

    def tag(self, name: str) -> str:
        """The page of a hashtag."""
        return f"{self.origin}/tags/{name}"

    def emoji(self, shortcode: str) -> str:
        """The id of a custom emoji of this node."""
        return f"{self.origin}/emojis/{shortcode}"

    def media(self, file: str) -> str:
        """The address of an uploaded file."""
        return f"{self.origin}/media/{file}"

    def guarded(self, number: int, file: str, leave: str = "") -> str:
        """The address of a file of a project; with a `leave` for those who cannot sign in."""
        return f"{self.origin}/projects/files/{number}/{f'{leave}/' if leave else ''}{file}"

    def picture(self, url: str) -> str:
        """The address under which apps get a picture of another server: its own."""
        return url

    def upload(self, actor_url: str) -> str:
        """Where a client uploads media (ActivityPub `uploadMedia`)."""
        return f"{actor_url}/media"

    def proxy(self) -> str:
        """Where a client asks for documents of other servers (`proxyUrl`)."""
        return f"{self.origin}/proxy"

    def is_local(self, url: str) -> bool:
        """Whether a URL is on this node."""
        return url == self.origin or url.startswith(self.origin + "/")

    def parse(self, url: str) -> Local | None:
        """What one of our URLs stands for, or None for any other URL."""
        if not self.is_local(url):
            return None
        parts = urlsplit(url)
        found = PATHS.match(parts.path)
        if found is None or parts.query:
            return None
        if found["node"]:
            return Local("actor", self.node_name)
        if found["username"]:
            return Local("actor", found["username"])
        kinds: tuple[Kind, ...] = ("object", "activity", "media", "guarded")
        return next((Local(kind, found[kind]) for kind in kinds if found[kind]), None)

    def named(self, url: str) -> str | None:
        """The local name that an actor's id, key id or profile page stands for, in any case.

        The origin alone stands for the node itself (FEP-d556).
        """
        bare = url.split("#", 1)[0]
        if bare in {self.origin, self.home_page}:
            return self.node_name
        local = self.parse(bare)
        if local is not None:
            return local.value if local.kind == "actor" else None
        prefix = f"{self.origin}/@"
        name = bare.removeprefix(prefix).removesuffix("/")
        return name if bare.startswith(prefix) and name and "/" not in name else None

    def owner_of_collection(self, url: str, name: str) -> str | None:
        """The URL of the local actor whose collection `name` this is, or None."""
        if not self.is_local(url) or not url.endswith("/" + name):
            return None
        owner = url[: -len(name) - 1]
        local = self.parse(owner)
        return owner if local and local.kind == "actor" else None


def acceptable_username(name: str) -> bool:
    """Whether a new local actor may have this name (letters, digits, `_`, `.`, `-`; ≤ 30)."""
    return bool(USERNAME.match(name)) and name.lower() not in RESERVED
