"""Reading one's own inbox with a token (ActivityPub 5.2)."""

from typing import Any

from actors.auth import issue_token
from actors.collections import PAGE_SIZE
from federation.vocabulary import ACTIVITY_JSON
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode

INBOX = "/users/greta/inbox"


async def get(node: LocalNode, path: str, token: str | None = None) -> Any:
    """GET with or without a token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await node.app.test_client().get(path, headers=headers)


async def token_of(node: LocalNode, username: str, scopes: str = "read") -> str:
    """A bearer token."""
    member = await node.person(username)
    return await node.store.write(
        lambda tx: issue_token(tx, member.id, scopes, "tests", node.clock.ms)
    )


async def test_an_inbox_is_read_page_by_page(node: LocalNode) -> None:
    alice = node.wires.person("https://mastodon.example/users/alice")
    await node.befriend("greta", alice)
    sent = [create(alice, note(alice, f"{number}")) for number in range(PAGE_SIZE + 5)]
    for each in sent:
        await node.deliver(alice, each)
    await node.work_inbox()
    token = await token_of(node, "greta")
    answer = await get(node, INBOX, token)
    assert (answer.status_code, answer.content_type) == (200, ACTIVITY_JSON)
    assert "no-store" in answer.headers["Cache-Control"]
    collection = await answer.get_json(force=True)
    assert (collection["type"], collection["totalItems"]) == ("OrderedCollection", PAGE_SIZE + 5)
    seen: list[Any] = []
    url = collection["first"]
    while url:
        page = await (await get(node, url.removeprefix("https://node.example"), token)).get_json(
            force=True
        )
        assert page["type"] == "OrderedCollectionPage"
        seen += page["orderedItems"]
        url = page.get("next")
    assert [each["id"] for each in seen] == [each["id"] for each in reversed(sent)]
    assert seen[0]["object"]["content"] == sent[-1]["object"]["content"]


async def test_nobody_else_reads_it(node: LocalNode) -> None:
    assert (await get(node, INBOX)).status_code == 401
    assert (await get(node, INBOX, "nonsense")).status_code == 401
    assert (await get(node, INBOX, await token_of(node, "paul"))).status_code == 403
    assert (await get(node, INBOX, await token_of(node, "greta", "push"))).status_code == 403
    token = await token_of(node, "greta")
    assert (await get(node, "/users/nobody/inbox", token)).status_code == 404
    assert (await get(node, f"{INBOX}?before=x", token)).status_code == 400
