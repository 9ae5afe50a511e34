"""Custom emoji: made by administrators, offered to apps, sent along with what uses them."""

import io

import pytest
from PIL import Image

from actors.administration import NotPossible
from federation.errors import Refused
from objects.emojis import add_emoji, hide_emoji, remove_emoji
from objects.polls import PollDraft
from storage.emojis import EmojiRecord
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network


def picture(kind: str = "PNG", frames: int = 1) -> bytes:
    written = io.BytesIO()
    made = [Image.new("RGB", (24, 24), (90 * n, 20, 20)) for n in range(frames)]
    options = {"save_all": True, "append_images": made[1:]} if frames > 1 else {}
    made[0].save(written, kind, **options)
    return written.getvalue()


async def emoji(
    node: LocalNode, shortcode: str, content: bytes | None = None, category: str = ""
) -> EmojiRecord:
    services = node.services
    return await add_emoji(
        services.store, services.files, services.identifiers, "lea", node.people["greta"],
        shortcode, picture() if content is None else content, category, node.clock.ms,
    )  # fmt: skip


async def test_apps_are_offered_what_is_not_hidden(node: LocalNode) -> None:
    await emoji(node, "bravo", picture("GIF", 3), "Gestes")
    await emoji(node, "secret")
    identifiers = node.services.identifiers
    await node.store.write(
        lambda tx: hide_emoji(tx, identifiers, "lea", "secret", node.clock.ms, hidden=True)
    )
    (found,) = await App(node).get("/api/v1/custom_emojis")
    assert (found["shortcode"], found["category"]) == ("bravo", "Gestes")
    assert found["url"] != found["static_url"]
    for name in ("url", "static_url"):
        path = found[name].removeprefix("https://node.example")
        served = await node.app.test_client().get(path, headers={"Host": "node.example"})
        assert served.status_code == 200
        assert served.headers["Content-Type"] == ("image/gif" if name == "url" else "image/webp")


async def test_a_post_shows_it_here_and_on_another_server(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("pole")
    await emoji(here, "bravo")
    await here.person("amina")
    await there.ask_to_follow("zoe", "amina@greta.example")
    await network.settle()
    url = await here.write("amina", "C’est :bravo: et :nothing: 10:30:15", summary=":bravo:")
    await network.settle()
    for node in (here, there):
        record = await node.object(url)
        assert record is not None
        app = await app_of(node, "amina" if node is here else "zoe")
        status = await app.get(f"/api/v1/statuses/{record.id}")
        assert [one["shortcode"] for one in status["emojis"]] == ["bravo"]
        assert status["emojis"][0]["url"].startswith(f"https://{node.host}/media/")


async def test_a_poll_shows_it_in_its_choices(node: LocalNode) -> None:
    await emoji(node, "bravo")
    poll = PollDraft(("Oui :bravo:", "Non"), node.clock.ms + 1_000_000)
    record = await node.object(await node.write("amina", "Alors ?", poll=poll))
    assert record is not None
    app = await app_of(node, "nour")
    status = await app.get(f"/api/v1/statuses/{record.id}")
    alone = await app.get(f"/api/v1/polls/{record.id}")
    for found in (status["poll"], alone, await App(node).get(f"/api/v1/polls/{record.id}")):
        assert [one["shortcode"] for one in found["emojis"]] == ["bravo"]
    assert '"name":":bravo:"' in record.document


async def test_a_profile_carries_it_along(node: LocalNode) -> None:
    await emoji(node, "bravo")
    await node.act(
        "amina",
        {
            "type": "Update",
            "object": {"id": "https://node.example/users/amina", "name": "Amina :bravo:"},
        },
    )
    client = node.app.test_client()
    headers = {"Host": "node.example", "Accept": "application/activity+json"}
    document = await (await client.get("/users/amina", headers=headers)).get_json(force=True)
    (tag,) = document["tag"]
    assert (tag["type"], tag["name"]) == ("Emoji", ":bravo:")
    path = tag["id"].removeprefix("https://node.example")
    alone = await (await client.get(path, headers=headers)).get_json(force=True)
    assert alone["icon"] == tag["icon"]
    assert (await client.get("/emojis/other", headers=headers)).status_code == 404


async def test_nobody_makes_an_emoji_of_ours_by_posting_one(node: LocalNode) -> None:
    tag = {"type": "Emoji", "name": ":evil:", "icon": {"url": "https://node.example/media/x.png"}}
    await node.person("amina")
    await node.act("amina", {"type": "Note", "content": ":evil:", "tag": [tag]})
    assert await App(node).get("/api/v1/custom_emojis") == []


async def test_an_emoji_that_is_used_is_no_upload_to_forget(node: LocalNode) -> None:
    kept = await emoji(node, "bravo")
    orphans = await node.store.query(lambda tx: tx.ledger.orphans(node.clock.ms + 1))
    assert orphans == []
    identifiers = node.services.identifiers
    await node.store.write(lambda tx: remove_emoji(tx, identifiers, "lea", "bravo", node.clock.ms))
    orphans = await node.store.query(lambda tx: tx.ledger.orphans(node.clock.ms + 1))
    assert [kept.url.endswith(media.file) for media in orphans] == [True]
    with pytest.raises(NotPossible):
        await node.store.write(
            lambda tx: remove_emoji(tx, identifiers, "lea", "bravo", node.clock.ms)
        )


@pytest.mark.parametrize(
    ("shortcode", "content"),
    [
        ("a", None),
        ("é", None),
        ("a b", None),
        ("x" * 61, None),
        ("fine", b"<svg/>"),
        ("fine", picture("JPEG")),
        ("fine", b"GIF89a broken"),
        ("fine", b"\x89PNG\r\n\x1a\n" + b"0" * 300_000),
    ],
)
async def test_bad_names_and_pictures_are_refused(
    node: LocalNode, shortcode: str, content: bytes | None
) -> None:
    with pytest.raises((NotPossible, Refused)):
        await emoji(node, shortcode, content)
    assert await App(node).get("/api/v1/custom_emojis") == []
