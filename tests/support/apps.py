"""An app of a member of a node under test; every answer is held against the documented shape."""

from dataclasses import dataclass
from typing import Any

import orjson
from quart.datastructures import FileStorage

from actors.auth import issue_token
from storage.records import ActorRecord
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_answer

ALL = "read write follow push profile"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)

    def link(self, rel: str) -> str | None:
        """The address with this relation in the `Link` header."""
        for part in self.headers.get("Link", "").split(", "):
            address, _, name = part.partition("; ")
            if name == f'rel="{rel}"':
                return str(address.strip("<>"))
        return None


@dataclass
class App:
    """What one app does; without a token it is a stranger's."""

    node: LocalNode
    token: str = ""
    actor: ActorRecord | None = None

    @property
    def id(self) -> str:
        """The account's id."""
        assert self.actor is not None
        return str(self.actor.id)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        expect: int = 200,
        json: Any = None,
        form: dict[str, Any] | None = None,
        files: dict[str, FileStorage] | None = None,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request; raises when the status is another, or the shape is not as documented."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        client = self.node.app.test_client()
        response = await client.open(
            path,
            method=method,
            headers={"Host": self.node.host, **sent},
            query_string=query,
            **_body(json, form, files),
        )
        body = await response.get_data(as_text=False)
        answer = Answer(response.status_code, response.headers, body)
        assert answer.status == expect, (method, path, answer.status, answer.body[:500])
        is_json = "json" in (response.headers.get("Content-Type") or "")
        if answer.body and is_json:
            check_answer(method, path, answer.status, answer.json)
        return answer

    async def get(self, path: str, **options: Any) -> Any:
        """The JSON behind an address; keyword arguments as in `ask`."""
        return (await self.ask("GET", path, **options)).json

    async def post(self, path: str, **options: Any) -> Any:
        """What a POST gives."""
        return (await self.ask("POST", path, **options)).json

    async def put(self, path: str, **options: Any) -> Any:
        """What a PUT gives."""
        return (await self.ask("PUT", path, **options)).json

    async def patch(self, path: str, **options: Any) -> Any:
        """What a PATCH gives."""
        return (await self.ask("PATCH", path, **options)).json

    async def delete(self, path: str, **options: Any) -> Any:
        """What a DELETE gives."""
        return (await self.ask("DELETE", path, **options)).json


def _body(json: Any, form: Any, files: Any) -> dict[str, Any]:
    if json is not None:
        return {"json": json}
    found: dict[str, Any] = {}
    if form is not None:
        found["form"] = form
    if files is not None:
        found["files"] = files
    return found


async def app_of(node: LocalNode, username: str, scopes: str = ALL) -> App:
    """An app in which a member (made on first mention) is signed in."""
    actor = await node.person(username)
    async with node.store.transaction() as tx:
        token = await issue_token(tx, actor.id, scopes, "test", node.clock.ms)
    return App(node, token, actor)
