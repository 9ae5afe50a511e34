"""People, posts and pages for the tests of timelines."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from federation.vocabulary import PUBLIC
from outbox.acts.react import share
from tests.support.apps import App
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

CARLA = "https://atelier.example/users/carla"


async def follow(node: LocalNode, follower: str, followed: str) -> None:
    """Let a member follow another one here."""
    target = await node.person(followed)
    await node.ask_to_follow(follower, target.url)
    await node.work_inbox()


async def write(node: LocalNode, username: str, text: str, **draft: Any) -> str:
    """Publish a post and let it arrive; gives the id by which apps know it."""
    url = await node.write(username, text, **draft)
    await node.work_inbox()
    return await number(node, url)


async def number(node: LocalNode, url: str) -> str:
    """The id by which apps know an object."""
    record = await node.object(url)
    assert record is not None
    return str(record.id)


async def url_of(node: LocalNode, status_id: str) -> str:
    """The address of an object that apps know by this id."""
    record = await node.store.query(lambda tx: tx.objects.by_id(int(status_id)))
    assert record is not None
    return record.url


async def boost(node: LocalNode, username: str, status_id: str) -> str:
    """Share a post; gives the id of the share."""
    record = await node.store.query(lambda tx: tx.objects.by_id(int(status_id)))
    assert record is not None
    activity = await share(node.outbox, await node.person(username), record)
    await node.work_inbox()
    return str(activity.id)


async def receive(node: LocalNode, sender: Remote, text: str = "Bonjour", **changes: Any) -> str:
    """Receive a post from elsewhere; gives the id by which apps know it."""
    document = note(sender, text, **{"published": None, **changes})
    assert await node.receive(sender, create(sender, document)) == "done"
    return await number(node, document["id"])


def hashtag(name: str) -> dict[str, str]:
    """A hashtag as other servers write it."""
    return {"type": "Hashtag", "href": f"https://atelier.example/tags/{name}", "name": f"#{name}"}


def to_everybody(author: Remote) -> dict[str, Any]:
    """The addressing of an unlisted post."""
    return {"to": [f"{author.url}/followers"], "cc": [PUBLIC]}


async def ids(app: App, path: str, **query: Any) -> list[str]:
    """The ids of a page."""
    return [status["id"] for status in await app.get(path, query=query)]


async def walk(app: App, path: str, rel: str = "next", **query: Any) -> list[list[str]]:
    """Every page from the first on, by the links of the answers."""
    pages: list[list[str]] = []
    address: str | None = path
    while address is not None and len(pages) < 100:
        answer = await app.ask("GET", address, query=query)
        if not answer.json:
            break
        pages.append([status["id"] for status in answer.json])
        link = answer.link(rel)
        if link is None:
            break
        parts = urlsplit(link)
        address, query = parts.path, dict(parse_qsl(parts.query))
    return pages
