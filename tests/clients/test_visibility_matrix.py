"""Every endpoint that shows posts × every visibility × every relation to their author."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, get_args

import pytest

from objects.projects.entries import Entry
from objects.visibility import Visibility
from tests.architecture.api_page import routes
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import end_membership, shared_project

VISIBILITIES: Final[tuple[str, ...]] = get_args(Visibility)
OPEN: Final = frozenset({"public", "unlisted"})
HERE: Final = OPEN | {"network", "organisation"}
SEES: Final = {
    "author": frozenset(VISIBILITIES),
    "partner": HERE | {"project"},
    "former": HERE,
    "follower": HERE | {"followers"},
    "mentioned": HERE | {"direct"},
    "colleague": HERE,
    "blocked": frozenset[str](),
    "blocker": frozenset[str](),
    "stranger": OPEN,
}
"""Who is who to the author, and which of the author's posts they may see."""
NAMES: Final = {
    "author": "amina",
    "partner": "pia",
    "former": "fred",
    "follower": "nina",
    "mentioned": "paul",
    "colleague": "luc",
    "blocked": "boris",
    "blocker": "basile",
}
TAG: Final = "matrice"
WORD: Final = "tamponnoir"

# What is asked of one post: method, path behind the post's own, what it needs.
Ask = tuple[str, str, dict[str, str]]
OF_ONE: Final[tuple[Ask, ...]] = (
    ("GET", "", {}),
    ("GET", "/context", {}),
    ("GET", "/history", {}),
    ("GET", "/reblogged_by", {}),
    ("GET", "/favourited_by", {}),
    ("GET", "/quotes", {}),
    ("GET", "/card", {}),
    ("GET", "/source", {}),
    ("POST", "/unpin", {}),
    ("POST", "/favourite", {}),
    ("POST", "/unfavourite", {}),
    ("POST", "/bookmark", {}),
    ("POST", "/unbookmark", {}),
    ("POST", "/mute", {}),
    ("POST", "/unmute", {}),
)
# What shows a post only to its author, or does not serve every visibility: never to others.
OF_AUTHORS: Final[tuple[Ask, ...]] = (
    ("PUT", "", {"status": "Volé"}),
    ("DELETE", "", {}),
    ("POST", "/pin", {}),
    ("PUT", "/interaction_policy", {"quote_approval_policy": "public"}),
)
# These turn what they cannot serve away in ways of their own; a hidden post is a 404 all the same.
ALSO_HIDDEN: Final[tuple[Ask, ...]] = (
    ("POST", "/reblog", {}),
    ("POST", "/translate", {}),
    ("POST", "/unreblog", {}),
)
LISTS: Final = (
    "/api/v1/timelines/home?limit=40",
    "/api/v1/timelines/public?limit=40",
    "/api/v1/timelines/public?local=true&limit=40",
    f"/api/v1/timelines/tag/{TAG}?limit=40",
    "/api/v1/timelines/direct?limit=40",
    "/api/v1/timelines/list/{list}?limit=40",
    "/api/v1/accounts/{author}/statuses?limit=40",
    f"/api/v1/accounts/{{author}}/statuses?tagged={TAG}&limit=40",
    "/api/v1/accounts/{author}/statuses?pinned=true",
    "/api/v1/bookmarks?limit=40",
    "/api/v1/favourites?limit=40",
    "/api/v1/notifications?limit=40",
    "/api/v2/notifications?limit=40",
    "/api/v1/conversations?limit=40",
    f"/api/v2/search?q={WORD}&type=statuses&limit=40",
    f"/api/v2/search?q=%23{TAG}&limit=40",
    "/api/v1/trends/statuses?limit=40",
)
PUBLIC_ALONE: Final = ("/timelines/public", "/timelines/tag", "/trends/")


@dataclass
class Place:
    """A node with an author, a post of each visibility, and somebody of each relation."""

    node: LocalNode
    apps: dict[str, App]
    posts: dict[str, int] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    def path(self, template: str, viewer: str) -> str:
        """A path with the ids of this place."""
        author = self.apps["author"].id
        return template.format(author=author, list=self.lists.get(viewer, "1"))


@pytest.fixture
async def place(network: Network, node: LocalNode) -> Place:
    apps = {relation: await app_of(node, name) for relation, name in NAMES.items()}
    found = Place(node, apps | {"stranger": App(node)})
    author = apps["author"]
    await apps["follower"].post(f"/api/v1/accounts/{author.id}/follow")
    made = await apps["follower"].post("/api/v1/lists", form={"title": "Une liste"})
    await apps["follower"].post(
        f"/api/v1/lists/{made['id']}/accounts", form={"account_ids[]": author.id}
    )
    found.lists["follower"] = made["id"]
    await node.work_inbox()
    group = await shared_project(network, node, "amina", "pia", "fred")
    for visibility in VISIBILITIES:
        text = f"{WORD} {visibility} #{TAG}" + (" @paul" if visibility == "direct" else "")
        placed = {"project": group, "entry": Entry()} if visibility == "project" else {}
        url = await node.write("amina", text, visibility=visibility, **placed)
        record = await node.object(url)
        assert record is not None
        found.posts[visibility] = record.id
    await node.work_inbox()
    await end_membership(node, "amina", group, "fred")
    await author.post(f"/api/v1/accounts/{apps['blocked'].id}/block")
    await apps["blocker"].post(f"/api/v1/accounts/{author.id}/block")
    await node.work_inbox()
    return found


def shown(value: Any) -> Iterator[str]:
    """The ids of all statuses anywhere in an answer."""
    if isinstance(value, list):
        for item in value:
            yield from shown(item)
    elif isinstance(value, dict):
        if "spoiler_text" in value and "account" in value:
            yield str(value["id"])
        for item in value.values():
            yield from shown(item)


async def asked(app: App, method: str, path: str, sent: dict[str, str]) -> int:
    """The status of an answer, whatever it is."""
    client = app.node.app.test_client()
    headers = {"Host": app.node.host}
    if app.token:
        headers["Authorization"] = f"Bearer {app.token}"
    body: dict[str, Any] = {"form": sent} if sent else {}
    answer = await client.open(path, method=method, headers=headers, **body)
    return int(answer.status_code)


@pytest.mark.parametrize("viewer", SEES)
async def test_one_post_is_answered_to_those_alone_who_may_see_it(
    place: Place, viewer: str
) -> None:
    wrong = []
    for visibility, number in place.posts.items():
        may = visibility in SEES[viewer]
        for method, rest, sent in OF_ONE:
            path = f"/api/v1/statuses/{number}{rest}"
            status = await asked(place.apps[viewer], method, path, dict(sent))
            unknown = viewer == "stranger" and (method != "GET" or rest in ("/history", "/source"))
            if may and not unknown and status != 200:
                wrong.append((visibility, method, rest, status))
            if not may and status not in ((401, 404) if viewer == "stranger" else (404,)):
                wrong.append((visibility, method, rest, status))
    assert wrong == []


@pytest.mark.parametrize("viewer", [relation for relation in SEES if relation != "author"])
async def test_what_is_the_author_s_is_refused_to_everybody_else(place: Place, viewer: str) -> None:
    wrong = []
    for visibility, number in place.posts.items():
        may = visibility in SEES[viewer]
        for method, rest, sent in (*OF_AUTHORS, *(() if may else ALSO_HIDDEN)):
            path = f"/api/v1/statuses/{number}{rest}"
            status = await asked(place.apps[viewer], method, path, dict(sent))
            fine = (401, 403, 404, 422) if may else (401, 404) if viewer == "stranger" else (404,)
            if status not in fine:
                wrong.append((visibility, method, rest, status))
    assert wrong == []


@pytest.mark.parametrize("viewer", SEES)
async def test_several_posts_at_once_are_those_that_may_be_seen(place: Place, viewer: str) -> None:
    ids = [str(number) for number in place.posts.values()]
    found = await place.apps[viewer].get("/api/v1/statuses", query={"id[]": ids})
    wanted = [str(place.posts[v]) for v in VISIBILITIES if v in SEES[viewer]]
    assert [status["id"] for status in found] == wanted


@pytest.mark.parametrize("viewer", SEES)
async def test_no_list_shows_what_may_not_be_seen(place: Place, viewer: str) -> None:
    app = place.apps[viewer]
    if viewer not in ("stranger", "blocked", "blocker"):
        for visibility in SEES[viewer]:
            for act in ("favourite", "bookmark"):
                await app.post(f"/api/v1/statuses/{place.posts[visibility]}/{act}")
    hidden = {str(n) for v, n in place.posts.items() if v not in SEES[viewer]}
    restricted = {str(n) for v, n in place.posts.items() if v != "public"}
    wrong = []
    for template in LISTS:
        path = place.path(template, viewer)
        client = place.node.app.test_client()
        headers = {"Host": place.node.host}
        if app.token:
            headers["Authorization"] = f"Bearer {app.token}"
        answer = await client.get(path, headers=headers)
        if answer.status_code in (401, 404):
            continue
        assert answer.status_code == 200, (path, answer.status_code)
        seen = set(shown(await answer.get_json()))
        unfit = restricted if any(part in template for part in PUBLIC_ALONE) else hidden
        if seen & unfit:
            wrong.append((template, seen & unfit))
    assert wrong == []


async def test_what_was_marked_while_it_could_be_seen_leaves_the_lists(place: Place) -> None:
    follower, private = place.apps["follower"], place.posts["followers"]
    for act in ("favourite", "bookmark"):
        await follower.post(f"/api/v1/statuses/{private}/{act}")
    listed = f"/api/v1/timelines/list/{place.lists['follower']}"
    for path in ("/api/v1/favourites", "/api/v1/bookmarks", "/api/v1/timelines/home", listed):
        assert str(private) in set(shown(await follower.get(path))), path
    await follower.post(f"/api/v1/accounts/{place.apps['author'].id}/unfollow")
    for path in ("/api/v1/favourites", "/api/v1/bookmarks", "/api/v1/timelines/home"):
        assert str(private) not in set(shown(await follower.get(path))), path


async def test_a_reply_that_may_not_be_seen_is_left_out_of_the_context(place: Place) -> None:
    node, public = (
        place.node,
        await place.node.object(f"https://{place.node.host}/objects/{place.posts['public']}"),
    )
    assert public is not None
    replies = {}
    for visibility in ("public", "followers", "direct"):
        url = await node.write("amina", "Suite", visibility=visibility, reply_to=public.url)
        record = await node.object(url)
        assert record is not None
        replies[visibility] = str(record.id)
    await node.work_inbox()
    for viewer, wanted in (("follower", {"public", "followers"}), ("stranger", {"public"})):
        context = await place.apps[viewer].get(f"/api/v1/statuses/{public.id}/context")
        assert set(shown(context["descendants"])) == {replies[v] for v in wanted}


async def test_the_matrix_knows_every_endpoint_of_one_post() -> None:
    _, endpoints = await routes()
    pattern = re.compile(r"/api/v1/statuses/<int:status_id>(/\w+)?")
    found = {
        (endpoint.method, match[1] or "")
        for endpoint in endpoints
        if (match := pattern.fullmatch(endpoint.path))
    }
    tried = {(method, rest) for method, rest, _ in (*OF_ONE, *OF_AUTHORS, *ALSO_HIDDEN)}
    assert found == tried
