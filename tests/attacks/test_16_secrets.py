"""Rule 16: secrets reach no log, error page, queue row or document; dependencies are locked."""

import logging
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from actors.auth import hash_password, issue_token
from federation.vocabulary import ACTIVITY_JSON, PUBLIC
from storage import records
from storage.ports import StorageError
from storage.records import KeyRecord
from storage.store import open_store
from tests.support.fediverse import LocalNode, Network, node_keys

ROOT = Path(__file__).parents[2]
PASSWORD = "Un mot de passe à garder"
ROWS_THAT_MAY_HOLD_KEYS = {"keys"}


def key_material() -> list[str]:
    """A line out of each private key that nodes under test use."""
    pairs = [pair for keys in node_keys() for pair in (keys.rsa, keys.ed25519)]
    return [pair.private_pem.splitlines()[1] for pair in pairs]


async def a_day_of_work(network: Network, node: LocalNode) -> str:
    """Follow, post, fail to deliver, sign in wrongly and rightly, use a token; gives the token."""
    other = await network.node("lycee")
    await other.ask_to_follow("lycee", "greta@node.example")
    await network.settle()
    owner = await node.person("greta")
    await node.store.write(lambda tx: tx.members.set_password(owner.id, hash_password(PASSWORD)))
    token = await node.store.write(
        lambda tx: issue_token(tx, owner.id, "read write", "tests", node.clock.ms)
    )
    network.wires.silent.add("lycee.example")
    client = node.app.test_client()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": ACTIVITY_JSON}
    note = {"type": "Note", "content": "<p>Bonjour</p>", "to": [PUBLIC, f"{owner.url}/followers"]}
    assert (await client.post("/users/greta/outbox", json=note, headers=headers)).status_code == 201
    await client.post("/users/greta/outbox", json={"type": 5}, headers=headers)
    await client.get("/users/greta/inbox?before=x", headers=headers)
    for password in (PASSWORD, PASSWORD + "!"):
        form = {"name": "greta", "password": password}
        await client.post("/sign-in/password", form=form)
    await network.settle()
    return token


async def test_no_secret_reaches_the_log(
    network: Network, node: LocalNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await a_day_of_work(network, node)
    assert caplog.records, "something was logged"
    for secret in (token, PASSWORD, *key_material()):
        assert secret not in caplog.text


async def test_no_secret_stands_in_a_queue_or_a_document(network: Network, node: LocalNode) -> None:
    token = await a_day_of_work(network, node)

    async def dump(tx: Any) -> dict[str, str]:
        tables = await tx.connection.fetch_all("select name from sqlite_master where type='table'")
        return {
            row[0]: str(
                [tuple(r) for r in await tx.connection.fetch_all(f"select * from {row[0]}")]
            )
            for row in tables
        }

    rows = await node.store.query(dump)
    assert any(secret in rows["keys"] for secret in key_material()), "the keys are looked for well"
    for table, text in rows.items():
        assert token not in text, table
        assert PASSWORD not in text, table
        if table not in ROWS_THAT_MAY_HOLD_KEYS:
            assert not any(secret in text for secret in key_material()), table


async def test_an_error_page_tells_nothing_of_what_went_wrong(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("postgresql://greta:secret@db.example/node")

    monkeypatch.setattr(type(node.store), "query", lambda _, operation: broken(operation))
    client = node.app.test_client()
    for accept in (ACTIVITY_JSON, "text/html"):
        answer = await client.get("/users/greta", headers={"Accept": accept})
        assert answer.status_code == 500
        page = await answer.get_data(as_text=True)
        for leak in ("secret", "RuntimeError", "Traceback", ".py"):
            assert leak not in page


def test_no_record_shows_its_secrets_when_it_is_printed() -> None:
    secret = "PRIVATE-OR-HASHED"
    hidden = {"private_pem", "password_hash"}
    seen = 0
    for record in vars(records).values():
        if not (isinstance(record, type) and is_dataclass(record)):
            continue
        names = {f.name for f in fields(record)}
        if names & hidden:
            seen += 1
            values = {name: secret if name in hidden else name for name in names}
            assert secret not in repr(record(**values))
    assert seen >= 2, "keys and members are among them"
    assert "PRIVATE" not in repr(KeyRecord("id", 1, "rsa", "public", "PRIVATE", 1))


async def test_a_database_that_cannot_be_reached_does_not_show_its_password() -> None:
    with pytest.raises((StorageError, OSError)) as caught:
        await open_store("postgresql://greta:s3cret@127.0.0.1:1/node")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["runtime", "test", "dev", "peers"])
def test_every_dependency_is_locked_with_its_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    pinned = re.split(r"^(?=[A-Za-z0-9])", text.split("\n#", 1)[-1], flags=re.MULTILINE)
    entries = [entry for entry in pinned if "==" in entry]
    assert len(entries) > 5
    for entry in entries:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
