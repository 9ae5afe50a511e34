"""What happens to members, so that there is something to tell."""

from typing import Any

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network


async def post_of(node: LocalNode, name: str, text: str = "Au jardin", **draft: Any) -> str:
    """The id of a new post."""
    record = await node.object(await node.write(name, text, **draft))
    assert record is not None
    return str(record.id)


async def thanked(node: LocalNode, number: str, *names: str) -> None:
    """Some find a post useful."""
    for name in names:
        await (await app_of(node, name)).post(f"/api/v1/statuses/{number}/favourite")


async def mentioned(network: Network, node: LocalNode, text: str, by: str = "amina") -> str:
    """Somebody names somebody in a post; gives its id."""
    number = await post_of(node, by, text)
    await network.settle()
    return number


async def types(app: App, **query: Any) -> list[str]:
    """The types of an app's notifications, latest first."""
    return [one["type"] for one in await app.get("/api/v1/notifications", query=query)]


async def follows(network: Network, one: App, other: App, **options: Any) -> None:
    """Somebody follows somebody of the same node."""
    await one.post(f"/api/v1/accounts/{other.id}/follow", json=options)
    await network.settle()
