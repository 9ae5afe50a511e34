"""Rule 10 for what is for the members of a project alone: no side door shows it to anybody else."""

import pytest

from tests.attacks.project_place import (
    ACCEPTED,
    READERS,
    TAG,
    WORD,
    Place,
    build_place,
    paths,
    reader,
    tell_secrets,
)
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import signed_in


@pytest.fixture
async def place(network: Network) -> Place:
    """A project that shows itself, with notes that are for its members alone."""
    found = await build_place(network, "public")
    await tell_secrets(found)
    return found


async def numbers(place: Place, node: LocalNode) -> list[int]:
    """The numbers of two secrets that a node stores: a note, and what answers it."""
    found = [await place.here(node, name) for name in ("bruno", "comment")]
    return [record.id for record in found if record is not None]


async def values_of(place: Place, node: LocalNode, number: int) -> list[dict[str, object]]:
    """What addresses are tried with: the number of a secret, and names that lead to it."""
    group = await place.group(node)
    bruno = await node.actor((await place.beta.person("bruno")).url)
    assert bruno is not None
    names = ("object_id", "status_id", "poll_id", "post_id", "quoting", "draft_id")
    one: dict[str, object] = dict.fromkeys(("number", *names), number)
    base: dict[str, object] = {
        "object_id": number, "name": "bruno", "username": "bruno", "actor_id": bruno.id,
        "account_id": bruno.id, "suffix": "jsonld", "hashtag": TAG, "kind": "atom",
    }  # fmt: skip
    of_group: dict[str, object] = {"number": group.id, "name": "projet", "username": "projet"}
    tagged: dict[str, object] = {"name": TAG, "number": group.id, "kind": "rss"}
    return [
        base | one,
        base | of_group | {"actor_id": group.id, "account_id": group.id},
        base | tagged,
    ]


def told(body: bytes, path: str) -> list[str]:
    """What of the secret stands in an answer; the hashtag where the address does not hold it."""
    words = (WORD,) if TAG in path else (WORD, TAG)
    return [word for word in words if word.encode() in body]


@pytest.mark.parametrize("who", READERS)
async def test_no_address_shows_it_to_who_does_not_belong(place: Place, who: str) -> None:
    asking = await reader(place, who)
    node, wrong, tried = asking.node, [], set()
    for number in await numbers(place, node) or [1]:
        for values in await values_of(place, node, number):
            for path in paths(node, values):
                if path in tried:
                    continue
                tried.add(path)
                for accept in ACCEPTED if not asking.session else ("text/html", "*/*"):
                    body = await place.whole(node, path, accept, asking.session)
                    wrong += [(path, accept, word) for word in told(body, path)]
                if asking.app is not None:
                    body = await place.whole(node, path, "*/*", None, asking.token)
                    wrong += [(path, "token", word) for word in told(body, path)]
    assert wrong == [], wrong
    assert len(tried) > 150


@pytest.mark.parametrize("who", READERS)
async def test_no_address_with_its_number_tells_that_it_exists(place: Place, who: str) -> None:
    asking = await reader(place, who)
    node, wrong = asking.node, []
    for number in await numbers(place, node):
        unknown = number + 1
        values: dict[str, object] = dict.fromkeys(
            ("number", "object_id", "status_id", "poll_id", "quoting", "actor_id"), number
        )
        for path in paths(node, values | {"name": "bruno"}):
            if str(number) not in path:
                continue
            other = path.replace(str(number), str(unknown))
            for accept in ("text/html", "application/activity+json"):
                for token in {"", asking.token}:
                    client = None if token else asking.session
                    status, body = await place.ask(node, path, accept, client, token)
                    bare_status, bare = await place.ask(node, other, accept, client, token)
                    same = body.replace(b"%d" % number, b"") == bare.replace(b"%d" % unknown, b"")
                    told_apart = status == 403 and "/admin/" not in path
                    if status != bare_status or told_apart or not same:
                        wrong.append((path, accept, bool(token), status, bare_status))
    assert wrong == [], wrong


async def test_the_same_addresses_show_it_to_a_member(place: Place) -> None:
    """Else the tests above would look at closed doors."""
    node, record = place.beta, place.secrets["bruno"]
    client, app = await signed_in(node, "bruno"), await app_of(node, "bruno")
    shown = {"page": set[str](), "api": set[str]()}
    for values in await values_of(place, node, record.id):
        for path in paths(node, values):
            if WORD.encode() in await place.whole(node, path, "text/html", client):
                shown["page"].add(path)
            if WORD.encode() in await place.whole(node, path, "*/*", None, app.token):
                shown["api"].add(path)
    group = await place.group(node)
    assert {"/dashboard", f"/projects/{group.id}/notes/{record.id}"} <= shown["page"]
    assert {
        f"/objects/{record.id}",
        f"/api/v1/statuses/{record.id}",
        f"/api/v1/statuses/{record.id}/context",
        f"/api/v1/statuses/{record.id}/source",
        f"/api/v1/statuses/{record.id}/history",
        f"/api/v1/accounts/{record.actor_id}/statuses",
        "/api/v1/timelines/home",
    } <= shown["api"]
