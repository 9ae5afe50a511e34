"""A member of a node under test, who acts through the command line and with a bearer token."""

from typing import Any

import httpx

from federation.vocabulary import ACTIVITY_JSON
from tests.support.processes import NodeProcess, eventually, web

Json = dict[str, Any]


class Member:
    """One account of a node."""

    def __init__(self, node: NodeProcess, username: str | None = None) -> None:
        self.node = node
        self.username = username or node.username
        self.url = f"{node.base_url}/users/{self.username}"
        self.acct = f"{self.username}@{node.domain}"
        self.token = node.run("token", self.username)

    # what the command line does

    def post(self, text: str, visibility: str = "public", reply_to: str | None = None) -> str:
        """Publish a note; its id."""
        reply = ["--reply-to", reply_to] if reply_to else []
        return self.node.run("post", self.username, text, "--visibility", visibility, *reply)

    def follow(self, whom: str) -> None:
        """Ask to follow an actor, by its address or by its name."""
        self.node.run("follow", self.username, whom)

    def timeline(self, limit: int = 100) -> list[Json]:
        """The home timeline, newest first."""
        return list(self.node.ask("timeline", self.username, "--limit", str(limit)))

    def wait_timeline(self, text: str, *, shown: bool = True) -> None:
        """Wait until the home timeline shows an address or a text, or does not any more."""
        eventually(
            lambda: (text in str(self.timeline())) == shown,
            every=0.5,
            what=f"{text} in the timeline of {self.acct}: {shown}",
        )

    # what ActivityPub's client-to-server half does

    def act(self, activity: Json) -> Json:
        """Post an activity to the outbox; it as published. AssertionError when refused."""
        answer = web.post(
            self._reach(f"{self.url}/outbox"),
            json={"@context": "https://www.w3.org/ns/activitystreams", **activity},
            headers={**self._authorised(), "Content-Type": ACTIVITY_JSON},
        )
        assert answer.is_success, f"{activity['type']}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def edit(self, note: str, text: str) -> Json:
        """Change the text of an object."""
        changed = {"type": "Note", "id": note, "content": f"<p>{text}</p>"}
        return self.act({"type": "Update", "object": changed})

    def get(self, url: str) -> httpx.Response:
        """A document of the own node, as this member."""
        headers = {**self._authorised(), "Accept": ACTIVITY_JSON}
        return web.get(self._reach(url), headers=headers)

    def items(self, url: str) -> list[Any]:
        """The items of a collection of the own node, its pages followed."""
        page = self.get(url).raise_for_status().json()
        items: list[Any] = []
        while True:
            items += page.get("orderedItems", page.get("items", []))
            following = page.get("first") or page.get("next")
            if following is None:
                return items
            page = following
            if isinstance(following, str):
                page = self.get(following).raise_for_status().json()

    def inbox_ids(self) -> list[str]:
        """The ids of the activities that reached this member."""
        return [
            item if isinstance(item, str) else item["id"]
            for item in self.items(f"{self.url}/inbox")
        ]

    def wait_inbox(self, activity: str) -> None:
        """Wait until an activity reached this member."""
        eventually(lambda: activity in self.inbox_ids(), what=f"{activity} for {self.acct}")

    def wait_followed_by(self, actor: str) -> None:
        """Wait until an actor stands in the own followers collection."""
        eventually(lambda: actor in self._ids("followers"), what=f"{actor} follows {self.url}")

    def wait_following(self, actor: str) -> None:
        """Wait until a follow of an actor was accepted."""
        eventually(lambda: actor in self._ids("following"), what=f"{self.url} follows {actor}")

    def _ids(self, collection: str) -> list[str]:
        items = self.items(f"{self.url}/{collection}")
        return [item if isinstance(item, str) else item["id"] for item in items]

    def _authorised(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _reach(self, url: str) -> str:
        """The address under which the node's own process answers for a public address."""
        return url.replace(self.node.base_url, self.node.origin, 1)


def public_document(url: str) -> httpx.Response:
    """A document as somebody unknown reads it."""
    return web.get(url, headers={"Accept": ACTIVITY_JSON})
