"""Rules, emoji and announcements, through their forms, and what members see of them."""

from typing import Any

import pytest
from quart.testing import QuartClient

from actors.site import HouseRules, read_site
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, signed_in
from tests.web.test_administration_site import acts, png, send, text_of


@pytest.fixture
async def lea(node: LocalNode) -> QuartClient:
    """The browser of an administrator."""
    return await signed_in(node, "lea", role="admin")


async def test_rules_are_kept_shown_and_logged(node: LocalNode, lea: QuartClient) -> None:
    rules = "Soyez bienveillants\r\nMême en désaccord.\r\n\r\nCitez vos <sources>"
    answer = await post(lea, "/admin/rules", rules=rules, blocks="everybody", peers="y")
    assert answer.headers["Location"] == "/admin/rules?done=saved"
    kept = await node.store.query(lambda tx: read_site(tx, HouseRules))
    assert [rule.text for rule in kept.listed()] == ["Soyez bienveillants", "Citez vos <sources>"]
    assert (kept.blocks, kept.peers) == ("everybody", True)
    assert "lea@node.example: site rules" in await acts(node)
    page = await text_of(await node.app.test_client().get("/mentions-legales"))
    assert "Citez vos &lt;sources&gt;" in page
    assert (await post(lea, "/admin/rules", rules="", blocks="moon")).status_code == 422


async def test_an_emoji_is_added_hidden_and_removed(node: LocalNode, lea: QuartClient) -> None:
    answer = await send(
        lea, "/admin/emoji", {"picture": png()}, shortcode="bravo", category="Mains"
    )
    assert answer.headers["Location"] == "/admin/emoji?done=emoji-added"
    assert ":bravo:" in await text_of(await lea.get("/admin/emoji"))
    for done, location in (("hide", "hidden"), ("show", "shown"), ("remove", "removed")):
        answer = await post(lea, "/admin/emoji/change", shortcode="bravo", do=done)
        assert answer.headers["Location"] == f"/admin/emoji?done=emoji-{location}"
    assert (await post(lea, "/admin/emoji/change", shortcode="bravo", do="hide")).status_code == 422
    assert ":bravo:" not in await text_of(await lea.get("/admin/emoji"))


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [("a b", png(), "shortcode"), ("bravo", b"<svg/>", "picture"), ("bravo", b"", "picture")],
)
async def test_what_is_no_emoji_is_said_beside_the_field(
    lea: QuartClient, name: str, content: bytes, wrong: str
) -> None:
    answer: Any = await send(lea, "/admin/emoji", {"picture": content}, shortcode=name)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in await text_of(answer)


async def test_members_read_an_announcement_until_they_say_so(
    node: LocalNode, lea: QuartClient
) -> None:
    sent = {"text": "Fermé <lundi>", "first_day": "2026-11-20", "last_day": "2027-01-02"}
    answer = await post(lea, "/admin/announcements", **sent, publish="y")
    assert answer.headers["Location"] == "/admin/announcements?done=announced"
    (record,) = await node.store.query(lambda tx: tx.announcements.all())
    assert record.all_day == 1
    nour = await signed_in(node, "nour")
    page = await text_of(await nour.get("/dashboard"))
    assert "Fermé &lt;lundi&gt;" in page
    assert "2 janvier 2027" in page
    answer = await post(nour, f"/announcements/{record.id}/read")
    assert answer.headers["Location"] == "/dashboard"
    assert "Fermé" not in await text_of(await nour.get("/dashboard"))
    assert "Fermé" in await text_of(await lea.get("/dashboard"))


async def test_an_announcement_is_changed_and_removed(node: LocalNode, lea: QuartClient) -> None:
    timed = {"first_day": "2026-12-01", "first_time": "14:30"}
    await post(lea, "/admin/announcements", text="Un", publish="y", **timed)
    (record,) = await node.store.query(lambda tx: tx.announcements.all())
    page = await text_of(await lea.get(f"/admin/announcements/{record.id}"))
    assert 'value="14:30"' in page
    await post(lea, f"/admin/announcements/{record.id}", text="Deux")
    (changed,) = await node.store.query(lambda tx: tx.announcements.all())
    assert (changed.content, changed.published_at, changed.starts_at) == ("Deux", None, None)
    await post(lea, f"/admin/announcements/{record.id}/remove")
    assert await node.store.query(lambda tx: tx.announcements.all()) == []
    gone = await post(lea, f"/admin/announcements/{record.id}/remove")
    assert gone.status_code == 422
    found = await acts(node)
    assert "lea@node.example: announcement change" in found
    assert "lea@node.example: announcement remove" in found


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"text": ""}, "text"),
        ({"first_day": "2026-12-01", "first_time": "25:99"}, "first_time"),
        ({"last_time": "10:00"}, "last_time"),
        ({"first_day": "2026-12-05", "last_day": "2026-12-01"}, "last_day"),
        ({"first_day": "someday"}, "first_day"),
    ],
)
async def test_a_wrong_time_is_explained(
    node: LocalNode, lea: QuartClient, typed: dict[str, str], wrong: str
) -> None:
    answer = await post(lea, "/admin/announcements", **{"text": "Bonjour"} | typed)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in await text_of(answer)
    assert await node.store.query(lambda tx: tx.announcements.all()) == []


@pytest.mark.parametrize("path", ["/admin/rules", "/admin/emoji", "/admin/announcements"])
async def test_nobody_but_administrators_comes_in(node: LocalNode, path: str) -> None:
    emile = await signed_in(node, "emile", role="editor")
    assert (await emile.get(path)).status_code == 403
    assert (await post(emile, path, text="x", rules="x", shortcode="xx")).status_code == 403


async def test_what_visitors_are_told_about_a_server_is_kept(
    node: LocalNode, lea: QuartClient
) -> None:
    rule = {"domain": "bad.example", "severity": "limit", "reason": "x", "public_comment": "Spam"}
    await post(lea, "/admin/domains", **rule)
    (kept,) = await node.store.query(lambda tx: tx.relationships.domain_rules())
    assert (kept.public_comment, kept.reason) == ("Spam", "x")


# measures


async def test_an_account_is_suspended_and_set_free_from_the_page(
    node: LocalNode, lea: QuartClient
) -> None:
    url = await node.write("amina", "Bonjour")
    taken = {"account": "amina", "measure": "suspend", "reason": "Insultes"}
    answer = await post(lea, "/admin/measures", **taken)
    assert answer.headers["Location"] == "/admin/measures?done=measure-taken"
    path = url.removeprefix("https://node.example")
    visitor = node.app.test_client()
    assert (await visitor.get(path, headers={"Accept": "text/html"})).status_code == 404
    assert "amina" in await text_of(await lea.get("/admin/measures"))
    assert (await lea.get("/admin/members")).status_code == 200
    assert (await post(lea, "/admin/measures", **taken)).status_code == 422
    number = str((await node.person("amina")).id)
    answer = await post(lea, "/admin/measures/lift", account=number)
    assert answer.headers["Location"] == "/admin/measures?done=measure-lifted"
    assert (await visitor.get(path, headers={"Accept": "text/html"})).status_code == 200
    found = await acts(node)
    assert "lea@node.example: account suspend" in found
    assert "lea@node.example: account clear" in found


async def test_somebody_elsewhere_is_limited_and_covered(node: LocalNode, lea: QuartClient) -> None:
    luc = node.wires.person("https://far.example/users/luc")
    for measure in ("limit", "sensitive"):
        taken = {"account": "@luc@far.example", "measure": measure, "reason": "x"}
        assert (await post(lea, "/admin/measures", **taken)).status_code == 303
    actor = await node.actor(luc.url)
    assert actor is not None
    assert (actor.sanction, actor.severity, actor.sensitized) == ("limit", "limit", 1)
    await post(lea, "/admin/measures/lift", account=str(actor.id))
    actor = await node.actor(luc.url)
    assert actor is not None
    assert (actor.sanction, actor.severity, actor.sensitized) == ("", "", 0)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"account": "nobody"}, "account"),
        ({"account": "x@silent.example"}, "account"),
        ({"account": "lea"}, "account"),
        ({"account": "greta"}, "measure"),
        ({"measure": "moon"}, "measure"),
        ({"reason": ""}, "reason"),
    ],
)
async def test_a_measure_that_makes_no_sense_is_explained(
    node: LocalNode, lea: QuartClient, typed: dict[str, str], wrong: str
) -> None:
    await node.person("amina")
    sent = {"account": "amina", "measure": "limit", "reason": "x"} | typed
    answer = await post(lea, "/admin/measures", **sent)
    assert answer.status_code == 422
    assert f'id="{wrong}-error"' in await text_of(answer)
