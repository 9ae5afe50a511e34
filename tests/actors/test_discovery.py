"""WebFinger, NodeInfo and host-meta."""

from typing import Any
from urllib.parse import quote

import pytest

from actors.discovery import local_name, webfinger
from actors.identifiers import Identifiers
from actors.local import delete_actor
from federation.errors import Refused
from tests.actors.conftest import Node

SUBJECT = "acct:greta@node.example"
SERVER_REL = "https://www.w3.org/ns/activitystreams#Service"


async def ask(node: Node, path: str) -> Any:
    return await node.web().get(path)


def links(jrd: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {link["rel"]: link for link in jrd["links"]}


@pytest.mark.parametrize(
    "resource",
    [
        "acct:greta@node.example",
        "acct:GRETA@Node.Example",
        "acct:greta@node.example.",
        "ACCT:greta@node.example",
        "greta@node.example",
        "@greta@node.example",
        "https://node.example/users/greta",
        "https://node.example/users/greta#main-key",
        "https://node.example/@greta",
        "https://NODE.example/@greta",
        "https://node.example:443/users/greta",
    ],
)
async def test_every_spelling_of_a_name_leads_to_the_actor(node: Node, resource: str) -> None:
    answer = await ask(node, f"/.well-known/webfinger?resource={quote(resource, safe='')}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jrd+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    jrd = await answer.get_json(force=True)
    assert jrd["subject"] == SUBJECT
    assert links(jrd)["self"] == {
        "rel": "self",
        "type": "application/activity+json",
        "href": "https://node.example/users/greta",
    }
    assert "{uri}" in links(jrd)["http://ostatus.org/schema/1.0/subscribe"]["template"]


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        (None, 400),
        ("", 400),
        ("greta", 400),
        ("acct:greta", 400),
        ("acct:@node.example", 400),
        ("acct:a b@node.example", 400),
        ("https://", 400),
        ("x" * 3000, 400),
        ("acct:nobody@node.example", 404),
        ("acct:greta@elsewhere.example", 404),
        ("https://elsewhere.example/users/greta", 404),
        ("https://node.example/objects/1", 404),
    ],
)
async def test_bad_and_unknown_resources_are_told_apart(
    node: Node, resource: str | None, status: int
) -> None:
    query = "" if resource is None else f"?resource={quote(resource, safe='')}"
    answer = await ask(node, "/.well-known/webfinger" + query)
    assert answer.status_code == status
    assert (await answer.get_json(force=True))["status"] == status


async def test_links_can_be_chosen_by_relation(node: Node) -> None:
    answer = await ask(node, f"/.well-known/webfinger?resource={SUBJECT}&rel=self")
    assert list(links(await answer.get_json(force=True))) == ["self"]


async def test_the_server_is_found_by_its_address_and_its_name(node: Node) -> None:
    for resource in ("https://node.example", "https://node.example/"):
        jrd = await webfinger(node.store, node.identifiers, resource)
        assert links(jrd)[SERVER_REL]["href"] == "https://node.example/actor"
    jrd = await webfinger(node.store, node.identifiers, "acct:node.example@node.example")
    assert links(jrd)["self"]["href"] == "https://node.example/actor"
    jrd = await webfinger(node.store, node.identifiers, "https://node.example/actor")
    assert jrd["subject"] == "acct:node.example@node.example"


async def test_the_deleted_are_gone(node: Node) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await delete_actor(tx, amina, 1)
    answer = await ask(node, "/.well-known/webfinger?resource=acct:amina@node.example")
    assert answer.status_code == 410


def test_a_port_belongs_to_the_name() -> None:
    home = Identifiers("http://127.0.0.1:8080", "127.0.0.1:8080")
    assert local_name(home, "acct:greta@127.0.0.1:8080") == "greta"
    assert local_name(home, "http://127.0.0.1:8080/@greta") == "greta"
    assert local_name(home, "acct:greta@127.0.0.1") is None
    assert local_name(home, "acct:greta@127.0.0.1:8081") is None


def test_an_internationalised_name_is_one_name() -> None:
    home = Identifiers("https://xn--caf-dma.example", "xn--caf-dma.example")
    for resource in (
        "acct:greta@café.example",
        "acct:greta@CAFÉ.example",
        "acct:greta@xn--caf-dma.example",
        "https://café.example/users/greta",
    ):
        assert local_name(home, resource) == "greta"


def test_user_info_in_an_address_deceives_nobody(identifiers: Identifiers) -> None:
    with pytest.raises(Refused):
        local_name(identifiers, "https://node.example@evil.example/users/greta")


async def test_nodeinfo_tells_the_software_and_counts_people(node: Node) -> None:
    await node.person("amina")
    index = await (await ask(node, "/.well-known/nodeinfo")).get_json(force=True)
    addresses = {link["rel"].rpartition("/")[2]: link["href"] for link in index["links"]}
    for version in ("2.0", "2.1"):
        path = addresses[version].removeprefix("https://node.example")
        answer = await ask(node, path)
        assert f"schema/{version}#" in answer.headers["Content-Type"]
        document = await answer.get_json(force=True)
        assert document["version"] == version
        assert document["software"]["name"] == "communotic"
        assert document["protocols"] == ["activitypub"]
        assert document["usage"]["users"]["total"] == 2
    assert (await ask(node, "/nodeinfo/3.0")).status_code == 404


async def test_nodeinfo_counts_what_was_published(node: Node) -> None:
    from storage.ids import new_id
    from storage.records import ActivityRecord

    greta = node.people["greta"]
    activity = ActivityRecord(
        new_id(node.clock.ms), "https://node.example/activities/1", "Create", greta.id, 1,
        "public", "", None, "{}", node.clock.ms,
    )  # fmt: skip
    async with node.store.transaction() as tx:
        await tx.activities.add(activity)
        await tx.connection.execute("update actors set posts_count = 7 where id = $1", greta.id)
    usage = (await (await ask(node, "/nodeinfo/2.1")).get_json(force=True))["usage"]
    assert usage["users"] == {"total": 1, "activeMonth": 1, "activeHalfyear": 1}
    assert usage["localPosts"] == 7


async def test_host_meta_leads_to_webfinger(node: Node) -> None:
    template = "https://node.example/.well-known/webfinger?resource={uri}"
    xml = await ask(node, "/.well-known/host-meta")
    assert xml.headers["Content-Type"].startswith("application/xrd+xml")
    assert template in await xml.get_data(as_text=True)
    document = await (await ask(node, "/.well-known/host-meta.json")).get_json(force=True)
    assert document["links"][0]["template"] == template
