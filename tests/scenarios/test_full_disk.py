"""The disk is full: nothing is promised that cannot be kept, and nothing kept is lost."""

from contextlib import suppress

import pytest

from actors.auth import issue_token
from federation.vocabulary import PUBLIC
from storage.ports import Busy
from storage.store import Tx
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote


@pytest.fixture
async def ada(network: Network, node: LocalNode) -> Remote:
    """Somebody on another server whom the organisation follows."""
    person = network.wires.person("https://ada.example/users/ada")
    await node.befriend("greta", person)
    return person


async def allow_pages(node: LocalNode, more: int) -> None:
    """Let the database grow by so many pages and no further, as a full disk would."""

    async def operation(tx: Tx) -> None:
        pages = await tx.connection.fetch_value("pragma page_count")
        await tx.connection.fetch_value(f"pragma max_page_count = {int(pages) + more}")

    await node.store.write(operation)


async def fill(node: LocalNode, ada: Remote, number: int) -> tuple[int, str]:
    """Deliver a long note; status of the answer and id of the note."""
    document = note(ada, "x" * 20_000, id=f"{ada.url}/long/{number}", to=[PUBLIC])
    answer = await node.deliver(ada, create(ada, document, id=f"{ada.url}/create/{number}"))
    if answer.status_code != 202:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    return answer.status_code, document["id"]


async def test_a_delivery_is_put_off_until_there_is_room(
    network: Network, node: LocalNode, ada: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    await allow_pages(node, 20)
    outcomes = [await fill(node, ada, number) for number in range(10)]
    kept = [url for status, url in outcomes if status == 202]
    refused = [number for number, (status, _) in enumerate(outcomes) if status == 503]
    assert kept, "there was room for some"
    assert len(refused) > 3
    assert "Traceback" not in caplog.text, "one line for each is enough"
    with suppress(Busy):  # the worker goes on when there is room
        await node.services.inbox_worker.run_once()
    client = node.app.test_client()
    assert (await client.get("/users/greta")).status_code == 200, "reading goes on"
    await allow_pages(node, 10_000)
    network.clock.pass_by(3_600)
    await node.work_inbox()
    assert sorted(await node.home("greta")) == sorted(kept)
    again = [await fill(node, ada, number) for number in refused]
    assert {status for status, _ in again} == {202}
    await node.work_inbox()
    assert sorted(await node.home("greta")) == sorted(url for _, url in outcomes)


async def test_a_member_s_post_is_refused_whole(node: LocalNode, ada: Remote) -> None:
    assert ada.url
    owner = await node.person("greta")
    token = await node.store.write(lambda tx: issue_token(tx, owner.id, "write", "x", 1))
    await allow_pages(node, 2)
    before = await node.count("objects"), await node.count("activities")
    answer = await node.app.test_client().post(
        "/users/greta/outbox",
        json={"type": "Note", "content": "y" * 100_000, "to": [PUBLIC]},
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/activity+json"},
    )
    assert answer.status_code == 503
    assert (await node.count("objects"), await node.count("activities")) == before
