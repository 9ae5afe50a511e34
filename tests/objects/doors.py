"""The addresses of this room, open to people elsewhere with real keys."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from quart import Quart, Response

from actors.access import Visitors
from actors.auth import issue_token
from actors.policy import DomainRules
from actors.problems import PROBLEM_JSON, problem
from federation.documents import Document
from federation.errors import Refused, Unreachable
from federation.verify import Verifier
from federation.vocabulary import ACTIVITY_JSON
from objects.projects.leaves import FileLeaves
from objects.projects.serving import MemberFiles
from objects.routes import ObjectServices, object_routes
from objects.serving import shown_object
from storage.files import MediaFiles
from storage.records import ActorRecord, MemberRecord
from storage.store import Store, Tx
from tests.objects.people import HERE, NOW
from tests.support.signing import MemoryKeys, Remote


class Nowhere:
    """No other server can be reached."""

    async def document(self, url: str, **_: Any) -> Document:
        raise Unreachable(url, "no network in this test")


async def nobody() -> None:
    """Nobody is signed in."""


class Doors:
    """A node's addresses of objects."""

    def __init__(self, store: Store, folder: Path, *, secure_mode: bool = False) -> None:
        self.store = store
        self.files = MediaFiles(folder / "media")
        self.keys = MemoryKeys()
        verifier = Verifier(keys=self.keys, fetcher=Nowhere(), clock=self.clock)
        rules = DomainRules(store, self.clock)
        visitors = Visitors(verifier, rules, self.keys, secure_mode=secure_mode)
        leaves = FileLeaves(lambda: None, self.clock)
        member_files = MemberFiles(store, self.files, visitors, leaves, nobody, self.clock)
        self.app = Quart("doors", static_folder=None)
        self.app.register_blueprint(
            object_routes(
                ObjectServices(
                    store,
                    HERE,
                    visitors,
                    self.files,
                    self.clock,
                    self._object_page,
                    _tag_page,
                    member_files,
                )
            )
        )
        self.app.errorhandler(Refused)(_refused)

    async def _object_page(self, number: int) -> str:
        record = await shown_object(self.store, number, None)
        return f"page of {record.url}"

    @staticmethod
    def clock() -> float:
        return NOW / 1000

    def knows(self, actor: ActorRecord) -> None:
        """Make the keys of somebody elsewhere known."""
        key = _remote(actor).rsa_public
        self.keys.keys[key.key_id] = key

    async def get(
        self,
        path: str,
        viewer: ActorRecord | None = None,
        accept: str = ACTIVITY_JSON,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask for something of ours, signed by `viewer`."""
        path = path.removeprefix(HERE.origin)
        sent = {"host": HERE.host, "accept": accept, **(headers or {})}
        if viewer is not None:
            sent |= dict(_remote(viewer).get(path, now=NOW / 1000).headers)
        return await self.app.test_client().get(path, headers=sent)

    async def json(self, path: str, viewer: ActorRecord | None = None) -> dict[str, Any]:
        """The document at an address; it must be there."""
        answer = await self.get(path, viewer)
        body = await answer.get_data()
        assert answer.status_code == 200, body
        found: dict[str, Any] = orjson.loads(body)
        return found

    async def status(self, path: str, viewer: ActorRecord | None = None) -> int:
        """What the address answers."""
        return (await self.get(path, viewer)).status_code

    async def token(self, actor: ActorRecord) -> dict[str, str]:
        """The header of a client of a member."""

        async def operation(tx: Tx) -> str:
            await tx.members.add(MemberRecord(actor.id, "", "", "member", "", NOW, None))
            return await issue_token(tx, actor.id, "read", "test", NOW)

        return {"Authorization": f"Bearer {await self.store.write(operation)}"}


def _remote(actor: ActorRecord) -> Remote:
    return Remote(actor.url, actor.username, actor.username)


async def _tag_page(name: str) -> str:
    return f"<h1>#{name}</h1>"


async def _refused(refused: Refused) -> Response:
    body = orjson.dumps(problem(refused))
    return Response(body, status=refused.status, content_type=PROBLEM_JSON)
