"""Rule 12: passwords are hashed and slow to guess, tokens are hashed, scopes are enforced."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from actors.auth import hash_password, issue_token
from federation.vocabulary import ACTIVITY_JSON, PUBLIC
from tests.support.fediverse import LocalNode

NOTE = {"type": "Note", "content": "<p>Bonjour</p>", "to": [PUBLIC]}
Act = Callable[[Any, dict[str, str]], Awaitable[Any]]


async def token(node: LocalNode, scopes: str, username: str = "greta") -> str:
    """A bearer token of somebody, as a header."""
    owner = await node.person(username)
    found = await node.store.write(
        lambda tx: issue_token(tx, owner.id, scopes, "tests", node.clock.ms)
    )
    return f"Bearer {found}"


async def write(client: Any, headers: dict[str, str]) -> Any:
    """Post a note."""
    sent = {**headers, "Content-Type": ACTIVITY_JSON}
    return await client.post("/users/greta/outbox", json=NOTE, headers=sent)


async def upload(client: Any, headers: dict[str, str]) -> Any:
    """Send a file (none: what matters here comes before)."""
    return await client.post("/users/greta/media", form={"x": "y"}, headers=headers)


async def read(client: Any, headers: dict[str, str]) -> Any:
    """Read the inbox."""
    return await client.get("/users/greta/inbox", headers=headers)


async def look_up(client: Any, headers: dict[str, str]) -> Any:
    """Let the node fetch something."""
    form = {"id": "https://node.example/users/greta"}
    return await client.post("/proxy", form=form, headers=headers)


DOORS: dict[str, tuple[Act, str, str]] = {
    "write": (write, "write", "read follow push"),
    "upload": (upload, "write", "read follow push"),
    "inbox": (read, "read", "write follow push"),
    "proxy": (look_up, "read", "write follow push"),
}


@pytest.mark.parametrize("door", DOORS)
async def test_every_door_of_clients_asks_for_its_scope(node: LocalNode, door: str) -> None:
    act, needed, others = DOORS[door]
    client = node.app.test_client()
    assert (await act(client, {})).status_code == 401
    assert (await act(client, {"Authorization": "Bearer guessed"})).status_code == 401
    refused = await act(client, {"Authorization": await token(node, others)})
    assert refused.status_code == 403
    assert (await refused.get_json(force=True))["code"] == "insufficient-scope"
    allowed = await act(client, {"Authorization": await token(node, needed)})
    assert allowed.status_code not in (401, 403)


@pytest.mark.parametrize("door", ["write", "upload", "inbox"])
async def test_a_token_opens_nobody_elses_door(node: LocalNode, door: str) -> None:
    header = await token(node, "read write follow push", "amina")
    answer = await DOORS[door][0](node.app.test_client(), {"Authorization": header})
    assert answer.status_code == 403


async def test_what_was_written_for_few_is_listed_to_those_who_may_read(node: LocalNode) -> None:
    private = await node.write("greta", "@amina pas pour tous", visibility="direct")
    client = node.app.test_client()

    async def listed(header: str | None) -> str:
        headers = {"Authorization": header} if header else {}
        page = await client.get("/users/greta/outbox?before=latest", headers=headers)
        return str(await page.get_data(as_text=True))

    assert private in await listed(await token(node, "read"))
    assert private not in await listed(None)
    assert private not in await listed(await token(node, "write follow push"))
    assert private not in await listed(await token(node, "read", "amina"))


async def test_a_token_in_the_address_is_no_token(node: LocalNode) -> None:
    known = (await token(node, "read")).removeprefix("Bearer ")
    client = node.app.test_client()
    for query in (f"access_token={known}", f"bearer_token={known}"):
        answer = await client.get(f"/users/greta/inbox?{query}")
        assert answer.status_code == 401


def everything_in(folder: Path) -> bytes:
    """The bytes of all files of a data directory, the write-ahead log too."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_the_database_holds_neither_password_nor_token(node: LocalNode) -> None:
    known = (await token(node, "read write")).removeprefix("Bearer ")
    owner, password = await node.person("greta"), "mot de passe très secret"
    await node.store.write(lambda tx: tx.members.set_password(owner.id, hash_password(password)))
    await write(node.app.test_client(), {"Authorization": f"Bearer {known}"})
    kept = everything_in(node.services.settings.data_dir)
    assert b"$argon2id$" in kept
    assert known.encode() not in kept
    assert password.encode() not in kept
