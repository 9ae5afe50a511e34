"""Three nodes that share a project, one outside, and everybody whom its secrets are kept from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from federation.errors import Gone, Unreachable
from federation.signing import RequestSigner
from federation.vocabulary import ACTIVITY_JSON
from objects.media import MediaLimits, store_upload
from objects.projects.fields import ProjectReach
from outbox.acts.projects.belonging import remove
from storage.records import ActorRecord, MediaRecord, ObjectRecord
from tests.clients.media.uploads import picture
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import signed_in

WORD: Final = "Zinzolin"
TAG: Final = "cachotterie"
ACCEPTED: Final = ("text/html", ACTIVITY_JSON, "text/turtle", "application/ld+json", "*/*")
LIMITS: Final = MediaLimits(1_000_000, 1_000_000)
PICTURE: Final = picture("purple", (900, 700))


@dataclass
class Place:
    """Lea leads on alpha, Bruno of beta writes, Chloe of gamma was removed, delta is outside.

    Nobody else belongs: Paul of alpha follows the project, Lea and Bruno and is named in the
    secret; Adele of alpha is an administrator, Zoe of alpha a member of another project; Boris
    lives where Bruno does; Dan of delta follows the project and Bruno.
    """

    network: Network
    space: ProjectSpace
    alpha: LocalNode
    beta: LocalNode
    gamma: LocalNode
    delta: LocalNode
    secrets: dict[str, ObjectRecord] = field(default_factory=dict)
    media: MediaRecord | None = None

    async def group(self, node: LocalNode) -> ActorRecord:
        """The project as a node knows it."""
        return await self.space.group(node)

    async def here(self, node: LocalNode, name: str = "bruno") -> ObjectRecord | None:
        """A secret as a node has it."""
        return await node.object(self.secrets[name].url)

    async def ask(
        self, node: LocalNode, path: str, accept: str, client: Any = None, token: str = ""
    ) -> tuple[int, bytes]:
        """What a stranger, or somebody with a session or a token, is answered."""
        client = client or node.app.test_client()
        headers = {"Accept": accept, "Host": node.host}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = await client.get(path, headers=headers)
        body = await answer.get_data(as_text=False)
        return answer.status_code, body + answer.headers.get("Location", "").encode()

    async def whole(
        self, node: LocalNode, path: str, accept: str, client: Any = None, token: str = ""
    ) -> bytes:
        """The answer, the first page of a collection included."""
        _, body = await self.ask(node, path, accept, client, token)
        found = re.search(rb'"first":"https://[^/"]+([^"]+)"', body)
        if found is None:
            return body
        return body + (await self.ask(node, found[1].decode(), accept, client, token))[1]

    async def fetched(self, reader: LocalNode, url: str) -> dict[str, Any] | int:
        """What a server is answered that signs its request; a number: the status of a refusal."""
        try:
            return (await reader.services.fetcher.document(url, fresh=True)).raw
        except Gone as gone:
            return gone.status

    async def fetched_as(self, node: LocalNode, who: ActorRecord, url: str) -> int:
        """The status for somebody who signs with their own key."""
        key = await node.services.keys.signing_key(who.id)
        signer = RequestSigner(key, "cavage", node.clock)
        answer = await node.services.client.get(url, accept=ACTIVITY_JSON, signer=signer)
        return int(answer.status)

    async def file(self, reader: LocalNode, url: str) -> bytes | int:
        """The same for a file."""
        try:
            return await reader.services.fetcher.file(url, accept="*/*", max_bytes=1_000_000)
        except Gone as gone:
            return gone.status
        except Unreachable as refused:
            return refused.status or 0


async def upload(node: LocalNode, username: str, content: bytes = PICTURE) -> MediaRecord:
    """A file of a member, not shown anywhere yet."""
    person = await node.person(username)
    return await store_upload(
        node.store,
        node.services.files,
        LIMITS,
        person,
        content,
        f"{WORD} vu de près",
        node.clock.ms,
    )


async def build_place(network: Network, reach: ProjectReach) -> Place:
    """Everybody in their places, before anything secret was written."""
    alpha, beta = await network.node("alpha"), await network.node("beta")
    gamma, delta = await network.node("gamma"), await network.node("delta")
    space = await open_project(network, alpha, reach=reach, purpose="Finalité commune")
    await space.invite(beta, "bruno")
    await space.invite(gamma, "chloe")
    other = await open_project(network, alpha, "zoe", "autre", reach="project")
    assert other.url != space.url
    for node, name in ((alpha, "paul"), (alpha, "adele"), (beta, "boris"), (delta, "dan")):
        await node.person(name)
    bruno = await beta.person("bruno")
    for node, name in ((alpha, "paul"), (delta, "dan"), (beta, "boris")):
        await node.ask_to_follow(name, space.url)
        await node.ask_to_follow(name, bruno.url)
    await alpha.ask_to_follow("paul", (await alpha.person("lea")).url)
    await network.settle()
    return Place(network, space, alpha, beta, gamma, delta)


async def tell_secrets(place: Place, *, parting: bool = True) -> None:
    """A note with a file of Bruno's, one of Lea's, a milestone, Lea's comment on the first.

    Then Chloe has to go (`parting`), and Bruno writes another one.
    """
    space = place.space
    named = f"{WORD} partout #{TAG} @paul@alpha.example @dan@delta.example"
    place.media = await upload(place.beta, "bruno")
    place.secrets["bruno"] = await space.write(
        place.beta, "bruno", named, reach="project", title=f"{WORD} !", media_ids=(place.media.id,)
    )
    place.secrets["lea"] = await space.write(place.alpha, "lea", named, reach="project")
    place.secrets["milestone"] = await space.write(
        place.alpha, "lea", named, "milestone", reach="project", title=f"{WORD} !", due="2027-01-01"
    )
    await place.network.settle()
    place.secrets["comment"] = await space.write(
        place.alpha, "lea", named, "comment", in_reply_to=place.secrets["bruno"].url
    )
    await place.network.settle()
    if parting:
        await part_from_chloe(place)
    place.secrets["later"] = await space.write(place.beta, "bruno", named, reach="project")
    await place.network.settle()


async def part_from_chloe(place: Place) -> None:
    """Remove her from the project; her server has what was written before."""
    chloe = await place.alpha.actor((await place.gamma.person("chloe")).url)
    assert chloe is not None
    lea, group = await place.alpha.person("lea"), await place.group(place.alpha)
    await remove(place.alpha.outbox, lea, group, chloe)
    await place.network.settle()


def paths(node: LocalNode, values: Mapping[str, object]) -> Iterator[str]:
    """Every address of a node that can be asked for with these values."""
    for rule in node.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= values.keys():
            built = rule.build({name: values[name] for name in rule.arguments})
            if built is not None and not built[1].startswith(("/sign-out", "/api/v1/streaming")):
                yield built[1]


@dataclass
class Reader:
    """Somebody who belongs to no project, or not any more, as a browser and as an app."""

    node: LocalNode
    session: Any = None
    app: App | None = None

    @property
    def token(self) -> str:
        """The app's token."""
        return self.app.token if self.app is not None else ""


READERS: Final = {
    "stranger at the host": ("alpha", ""),
    "stranger at the author's": ("beta", ""),
    "stranger at the ex-member's": ("gamma", ""),
    "follower who is named": ("alpha", "paul"),
    "administrator": ("alpha", "adele"),
    "member of another project": ("alpha", "zoe"),
    "colleague of the author": ("beta", "boris"),
    "ex-member": ("gamma", "chloe"),
    "follower elsewhere": ("delta", "dan"),
}


async def reader(place: Place, who: str) -> Reader:
    """One of `READERS`."""
    where, name = READERS[who]
    node: LocalNode = getattr(place, where)
    if not name:
        return Reader(node)
    role = "admin" if name == "adele" else ""
    return Reader(node, await signed_in(node, name, role=role), await app_of(node, name))
