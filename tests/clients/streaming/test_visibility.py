"""Every stream × every visibility × every relation: nobody hears what they may not see."""

from contextlib import AsyncExitStack
from typing import Any, Final

import pytest

from objects.projects.entries import Entry
from tests.clients.test_visibility_matrix import NAMES, SEES, TAG, VISIBILITIES
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import end_membership, shared_project
from tests.support.streams import Socket, socket

OF_EVERYBODY: Final = ("public", "public:local")
MEMBERS: Final = {**NAMES, "outsider": "oscar"}
RELATIONS: Final = {name: seen for name, seen in SEES.items() if name != "stranger"} | {
    "outsider": SEES["colleague"]
}
# At home stand the posts of those whom one follows, and one's own.
AT_HOME: Final = {"author", "follower"}


class Crowd:
    """An author, and somebody of each relation with every stream open."""

    def __init__(self, node: LocalNode, stack: AsyncExitStack) -> None:
        self.node = node
        self.stack = stack
        self.apps: dict[str, App] = {}
        self.sockets: dict[str, Socket] = {}
        self.posts: dict[str, str] = {}

    async def gather(self) -> None:
        """Make everybody, and how they stand to the author."""
        for relation, name in MEMBERS.items():
            self.apps[relation] = await app_of(self.node, name)
        author = self.apps["author"]
        await self.apps["follower"].post(f"/api/v1/accounts/{author.id}/follow")
        await self.node.work_inbox()
        await author.post(f"/api/v1/accounts/{self.apps['blocked'].id}/block")
        await self.apps["blocker"].post(f"/api/v1/accounts/{author.id}/block")
        await self.node.work_inbox()
        for relation, app in self.apps.items():
            made = await app.post("/api/v1/lists", form={"title": "Liste"})
            if relation == "follower":
                form = {"account_ids[]": author.id}
                await app.post(f"/api/v1/lists/{made['id']}/accounts", form=form)
            opened = await self.stack.enter_async_context(socket(app, "user"))
            self.sockets[relation] = opened
            for name in ("user:notification", "direct", *OF_EVERYBODY):
                await opened.subscribe(name)
            await opened.subscribe("list", list=made["id"])
            for name in ("hashtag", "hashtag:local"):
                await opened.subscribe(name, tag=TAG)

    async def publish(self, network: Network) -> None:
        """A post of each visibility."""
        group = await shared_project(network, self.node, "amina", "pia", "fred")
        await end_membership(self.node, "amina", group, "fred")
        for visibility in VISIBILITIES:
            text = f"{visibility} #{TAG}" + (" @paul" if visibility == "direct" else "")
            placed = {"project": group, "entry": Entry()} if visibility == "project" else {}
            url = await self.node.write("amina", text, visibility=visibility, **placed)
            record = await self.node.object(url)
            assert record is not None
            self.posts[str(record.id)] = visibility
        await self.node.work_inbox()

    async def heard(self, relation: str) -> dict[str, set[str]]:
        """What somebody heard: by stream the visibilities of the posts."""
        found: dict[str, set[str]] = {}
        for one in await self.sockets[relation].heard():
            for number in _posts(one.payload):
                found.setdefault(one.stream[0], set()).add(self.posts[number])
        return found


def _posts(payload: Any) -> set[str]:
    """The ids of posts anywhere in a payload."""
    if isinstance(payload, list):
        return {number for item in payload for number in _posts(item)}
    if not isinstance(payload, dict):
        return set()
    found = {number for item in payload.values() for number in _posts(item)}
    return found | {payload["id"]} if "spoiler_text" in payload else found


def expected(relation: str) -> dict[str, set[str]]:
    """What somebody of a relation shall hear of posts of each visibility."""
    seen = RELATIONS[relation]
    found: dict[str, set[str]] = {}
    if relation in AT_HOME:
        found["user"] = set(seen)
    if relation == "follower":
        found["list"] = set(seen)
    if "public" in seen:
        found |= {name: {"public"} for name in (*OF_EVERYBODY, "hashtag", "hashtag:local")}
    if relation == "mentioned":
        # A mention is a notification.
        found["user"] = found["user:notification"] = found["direct"] = {"direct"}
    if relation == "author":
        found["direct"] = {"direct"}
    if relation == "partner":
        found["user"] = {"project"}
    return found


@pytest.mark.parametrize("changed", [False, True], ids=["new", "edited"])
async def test_each_hears_what_they_may_see_and_nothing_else(
    network: Network, node: LocalNode, changed: bool
) -> None:
    async with AsyncExitStack() as stack:
        crowd = Crowd(node, stack)
        await crowd.gather()
        await crowd.publish(network)
        found = {relation: await crowd.heard(relation) for relation in crowd.sockets}
        if not changed:
            assert found == {relation: expected(relation) for relation in crowd.sockets}
            return
        for number in crowd.posts:
            form = {"status": f"relu #{TAG}"}
            await crowd.apps["author"].put(f"/api/v1/statuses/{number}", form=form)
        await node.work_inbox()
        found = {relation: await crowd.heard(relation) for relation in crowd.sockets}
    # An edit is no notification, and makes no conversation the latest.
    for relation, streams in found.items():
        wanted = expected(relation)
        quiet = {"direct", "user:notification"} | ({"user"} if relation == "mentioned" else set())
        assert streams == {name: seen for name, seen in wanted.items() if name not in quiet}


async def test_whoever_never_saw_a_private_post_does_not_hear_of_its_end(
    network: Network, node: LocalNode
) -> None:
    async with AsyncExitStack() as stack:
        crowd = Crowd(node, stack)
        await crowd.gather()
        await crowd.publish(network)
        for relation in crowd.sockets:
            await crowd.heard(relation)
        for number in crowd.posts:
            await crowd.apps["author"].delete(f"/api/v1/statuses/{number}")
        await node.work_inbox()
        for relation, opened in crowd.sockets.items():
            told = {
                crowd.posts[str(one.payload)]
                for one in await opened.heard()
                if one.event == "delete"
            }
            may = RELATIONS[relation] | {"public"}
            assert told <= may, relation
            assert "public" in told, relation


async def test_whoever_stops_following_hears_no_more_at_once(node: LocalNode) -> None:
    async with AsyncExitStack() as stack:
        crowd = Crowd(node, stack)
        await crowd.gather()
        author = crowd.apps["author"]
        await node.write("amina", "Pour mes abonnés", visibility="followers")
        await node.work_inbox()
        await crowd.apps["follower"].post(f"/api/v1/accounts/{author.id}/unfollow")
        await node.work_inbox()
        assert await crowd.sockets["follower"].heard() == []
