"""The doors of the outbox: who may, what is said, and never a surprise."""

import json
from typing import Any

import pytest

from federation.vocabulary import LD_JSON, PUBLIC
from tests.outbox.desk import GRETA, ORIGIN, Desk
from tests.support.factories import Json, note

NOTE: Json = {"type": "Note", "content": "Bonjour", "to": [PUBLIC]}


async def problem(answer: Any) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert answer.content_type == "application/problem+json"
    found = json.loads(await answer.get_data())
    assert found["status"] == answer.status_code
    assert found["title"]
    assert found["detail"]
    return answer.status_code, found["code"]


async def test_a_post_is_answered_with_the_activity(desk: Desk) -> None:
    answer = await desk.post(NOTE)
    document = json.loads(await answer.get_data())
    assert answer.status_code == 201
    assert answer.headers["Location"] == document["id"]
    assert (await desk.read(document["id"]))["object"]["id"] == document["object"]["id"]


@pytest.mark.parametrize(
    "content_type",
    ["application/activity+json", LD_JSON, "application/ld+json", "application/json"],
)
async def test_json_under_any_of_its_names_is_taken(desk: Desk, content_type: str) -> None:
    assert (await desk.post(NOTE, content_type=content_type)).status_code == 201


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"token": ""}, (401, "token-required")),
        ({"token": "made-up"}, (401, "token-required")),
        ({"who": "paul"}, (403, "not-yours")),
        ({"to": "nobody"}, (404, "not-found")),
        ({"content_type": "text/plain"}, (415, "content-type")),
        ({"activity": b"{"}, (400, "malformed-json")),
        ({"activity": b"[]"}, (400, "not-an-object")),
        ({"activity": b'{"type":"Note","type":"Note"}'}, (400, "duplicate-keys")),
        ({"activity": b"\xff"}, (400, "not-utf8")),
        ({"activity": b"[" * 40 + b"]" * 40}, (400, "not-an-object")),
        ({"activity": b'{"a":"' + b"x" * 1_000_001 + b'"}'}, (413, "too-large")),
        ({"activity": {}}, (422, "no-type")),
        ({"activity": {"type": "Create"}}, (422, "no-object")),
        ({"activity": {"type": "Tombstone"}}, (422, "not-supported")),
        ({"activity": {"type": "Like"}}, (422, "no-object")),
        ({"activity": {"type": "Like", "object": f"{ORIGIN}/objects/7"}}, (404, "not-found")),
        ({"activity": {"type": "Like", "object": "https://far.example/none"}}, (404, "gone-there")),
        (
            {"activity": {"type": "Follow", "object": "https://dead.example/u"}},
            (502, "unreachable"),
        ),
        ({"activity": {"type": "Undo", "object": "https://far.example/a/1"}}, (404, "no-activity")),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_with_a_reason(
    desk: Desk, request_: dict[str, Any], expected: tuple[int, str]
) -> None:
    desk.wires.silent.add("dead.example")
    await desk.node.person("paul")
    asked = dict(request_)
    status, code = await problem(await desk.post(asked.pop("activity", NOTE), **asked))
    assert (status, code) == expected


async def test_a_token_that_may_only_read_posts_nothing(desk: Desk) -> None:
    answer = await desk.post(NOTE, token=await desk.token(scopes="read"))
    assert await problem(answer) == (403, "insufficient-scope")
    assert await desk.node.count("activities") == 0


async def test_the_owner_reads_everything_others_what_is_public(desk: Desk) -> None:
    public = await desk.node.write("greta", "Pour tous")
    private = await desk.node.write("greta", "Pour moi", visibility="direct")
    luc = desk.wires.person("https://far.example/users/luc")
    follow = await desk.act({"type": "Follow", "object": luc.url})
    like = await desk.act({"type": "Like", "object": desk.wires.serve(note(luc))})
    mine = await desk.walk(f"{GRETA}/outbox", who="greta")
    assert [item["type"] for item in mine] == ["Like", "Follow", "Create", "Create"]
    assert [item["id"] for item in mine[:2]] == [like["id"], follow["id"]]
    assert [item["object"]["id"] for item in mine[2:]] == [private, public]
    assert all(item["published"] for item in mine)
    for reader in (None, "paul"):
        items = await desk.walk(f"{GRETA}/outbox", who=reader)
        assert [item["object"]["id"] for item in items] == [public]
    assert (await desk.read(f"{GRETA}/outbox"))["totalItems"] == 1
    assert (await desk.read(f"{GRETA}/outbox", who="greta"))["totalItems"] == 4


async def test_pages_follow_each_other_to_the_end(desk: Desk) -> None:
    urls = [await desk.node.write("greta", str(number)) for number in range(85)]
    items = await desk.walk(f"{GRETA}/outbox")
    assert [item["object"]["id"] for item in items] == urls[::-1]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "%D9%A1", "1e3"])
async def test_a_page_that_is_none_is_refused(desk: Desk, before: str) -> None:
    answer = await desk.get(f"/users/greta/outbox?before={before}")
    assert (await problem(answer))[0] == 400


async def test_what_was_edited_is_listed_as_it_is_and_what_was_deleted_by_name(desk: Desk) -> None:
    edited = await desk.node.write("greta", "avant")
    deleted = await desk.node.write("greta", "erreur")
    desk.node.clock.pass_by(60)
    await desk.act({"type": "Update", "object": {"id": edited, "content": "après"}})
    await desk.act({"type": "Delete", "object": deleted})
    items = await desk.walk(f"{GRETA}/outbox")
    assert items[0]["object"] == deleted
    assert items[1]["object"]["content"] == "après"
    assert "erreur" not in json.dumps(items)
    assert "proof" not in items[1]


class TestProxy:
    """`proxyUrl`: our own store first, then the world."""

    async def ask(self, desk: Desk, url: str, who: str = "greta", token: str | None = None) -> Any:
        """POST to the proxy."""
        bearer = await desk.token(who) if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"}
        client = desk.node.app.test_client()
        return await client.post("/proxy", form={"id": url}, headers=headers)

    async def test_a_document_elsewhere_is_fetched(self, desk: Desk) -> None:
        luc = desk.wires.person("https://far.example/users/luc")
        theirs = desk.wires.serve(note(luc, "Ailleurs"))
        answer = await self.ask(desk, theirs)
        assert answer.status_code == 200
        assert json.loads(await answer.get_data())["id"] == theirs

    async def test_what_is_known_is_not_fetched(self, desk: Desk) -> None:
        luc = desk.wires.person("https://far.example/users/luc")
        await desk.knows(luc)
        fetched = desk.wires.fetched(luc.url)
        answer = await self.ask(desk, luc.url)
        assert json.loads(await answer.get_data())["preferredUsername"] == "luc"
        assert desk.wires.fetched(luc.url) == fetched

    async def test_what_came_to_somebody_is_shown_to_them_alone(self, desk: Desk) -> None:
        luc = desk.wires.person("https://far.example/users/luc")
        url = await desk.node.write("greta", "À aimer")
        like = {
            "id": f"{luc.url}/likes/1",
            "type": "Like",
            "actor": luc.url,
            "object": url,
        }
        await desk.node.receive(luc, like)
        answer = await self.ask(desk, like["id"])
        assert json.loads(await answer.get_data())["actor"] == luc.url
        await desk.node.person("paul")
        assert (await problem(await self.ask(desk, like["id"], "paul")))[0] == 404

    async def test_private_things_of_others_are_not_there(self, desk: Desk) -> None:
        url = await desk.node.write("paul", "Entre nous", visibility="direct")
        assert await problem(await self.ask(desk, url)) == (404, "not-found")

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("", (400, "no-id")),
            ("acct:luc@far.example", (400, "no-id")),
            ("file:///etc/passwd", (400, "no-id")),
            ("https://far.example/none", (404, "gone-there")),
            ("https://dead.example/x", (502, "unreachable")),
            ("http://[", (422, "untrusted")),
            ("https://", (422, "untrusted")),
            ("http://127.0.0.1/", (422, "untrusted")),
            (f"{ORIGIN}/objects/1", (404, "not-found")),
        ],
    )
    async def test_what_cannot_be_had_is_said(
        self, desk: Desk, url: str, expected: tuple[int, str]
    ) -> None:
        desk.wires.silent.add("dead.example")
        assert await problem(await self.ask(desk, url)) == expected

    async def test_only_members_ask(self, desk: Desk) -> None:
        answer = await self.ask(desk, "https://far.example/x", token="none")
        assert await problem(answer) == (401, "token-required")
