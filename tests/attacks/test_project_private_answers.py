"""Attack: a private answer to an entry of a project, passed on to every member's server."""

from typing import Any

import orjson
import pytest

from tests.support.apps import app_of
from tests.support.fediverse import Network
from tests.support.projects import open_project

SECRET = "Ne le dis à personne"


@pytest.mark.parametrize("visibility", ["direct", "private"])
@pytest.mark.parametrize("host", ["alpha", "beta"])
async def test_a_word_for_one_person_is_not_passed_on(
    network: Network, visibility: str, host: str
) -> None:
    alpha, gamma = await network.node("alpha"), await network.node("gamma")
    space = await open_project(network, alpha)
    author = await network.node(host)
    await space.invite(author, "bruno")
    await space.invite(gamma, "chloe")
    note = await space.write(alpha, "lea", "Qui vient ?")
    await network.settle()
    app = await app_of(author, "bruno")
    record = await author.object(note.url)
    assert record is not None
    sent = {"status": f"@lea@alpha.example {SECRET}", "visibility": visibility,
            "in_reply_to_id": str(record.id)}  # fmt: skip
    said = await app.post("/api/v1/statuses", json=sent)
    await network.settle()
    assert await space.timeline(alpha, "lea") == [note.url]
    assert await gamma.object(said["uri"]) is None
    assert await passed_on(alpha) == []
    assert await passed_on(gamma) == []


@pytest.mark.parametrize("host", ["alpha", "beta"])
async def test_what_is_for_one_organisation_is_not_passed_on(network: Network, host: str) -> None:
    alpha, gamma = await network.node("alpha"), await network.node("gamma")
    space = await open_project(network, alpha)
    author = await network.node(host)
    await space.invite(author, "bruno")
    await space.invite(gamma, "chloe")
    note = await space.write(alpha, "lea", "Qui vient ?")
    await network.settle()
    url = await author.write("bruno", SECRET, visibility="organisation", reply_to=note.url)
    await network.settle()
    assert url not in await space.timeline(author, "bruno")
    assert await gamma.object(url) is None
    assert await passed_on(alpha) == []


async def passed_on(node: Any) -> list[Any]:
    """The Announces that a node stored or received with the secret in them."""

    async def look(tx: Any) -> list[Any]:
        kept = await tx.connection.fetch_all("select document from activities where type = $1",
                                             "Announce")  # fmt: skip
        came = await tx.connection.fetch_all("select body from received where type = $1",
                                             "Announce")  # fmt: skip
        return [orjson.loads(row[0]) for row in (*kept, *came) if SECRET in row[0]]

    return list(await node.store.query(look))
