"""One status, as apps read it."""

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity


async def number_of(node: LocalNode, url: str) -> int:
    record = await node.object(url)
    assert record is not None
    return record.id


async def test_a_note_is_a_status_with_every_documented_field(node: LocalNode) -> None:
    url = await node.write("amina", "Bonjour #formation @greta")
    number = await number_of(node, url)
    status = await (await app_of(node, "greta")).get(f"/api/v1/statuses/{number}")
    check_entity("Status", status)
    check_entity("Account", status["account"])
    assert status["account"]["acct"] == "amina"
    assert [mention["acct"] for mention in status["mentions"]] == ["greta"]
    assert [tag["name"] for tag in status["tags"]] == ["formation"]
    assert status["created_at"].endswith("Z")


async def test_a_stranger_reads_what_is_public_alone(node: LocalNode) -> None:
    public = await number_of(node, await node.write("amina", "Pour tout le monde"))
    private = await number_of(node, await node.write("amina", "Pour moi", visibility="followers"))
    stranger = App(node)
    assert (await stranger.get(f"/api/v1/statuses/{public}"))["visibility"] == "public"
    answer = await stranger.get(f"/api/v1/statuses/{private}", expect=404)
    assert answer == {"error": "Record not found"}


async def test_several_statuses_are_read_in_the_order_asked_for(node: LocalNode) -> None:
    one = await number_of(node, await node.write("amina", "Un"))
    two = await number_of(node, await node.write("amina", "Deux"))
    app = await app_of(node, "greta")
    found = await app.get("/api/v1/statuses", query={"id[]": [str(two), str(one), "x"]})
    assert [status["id"] for status in found] == [str(two), str(one)]


async def test_a_token_without_the_scope_is_refused(node: LocalNode) -> None:
    number = await number_of(node, await node.write("amina", "Bonjour"))
    app = await app_of(node, "greta", scopes="write")
    answer = await app.get(f"/api/v1/statuses/{number}", expect=403)
    assert answer == {"error": "This action is outside the authorized scopes"}
