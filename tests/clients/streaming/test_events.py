"""What is told: posts of here and elsewhere, boosts, edits, deletions, notifications and more."""

from typing import Any

import pytest

from storage.store import Tx
from tests.support.apps import App, app_of
from tests.support.factories import activity, create, note, undo
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity
from tests.support.signing import Remote
from tests.support.streams import Heard, Socket, socket

ALICE = "https://mastodon.example/users/alice"
BOB = "https://elsewhere.example/users/bob"


@pytest.fixture
async def amina(node: LocalNode) -> App:
    """Somebody here who follows alice, who is elsewhere."""
    app = await app_of(node, "amina")
    await node.befriend("amina", node.wires.person(ALICE))
    return app


async def number_of(node: LocalNode, url: str) -> str:
    record = await node.object(url)
    assert record is not None
    return str(record.id)


async def only(opened: Socket) -> Heard:
    """The one event that is heard."""
    (one,) = await opened.heard()
    return one


async def test_a_post_from_elsewhere_comes_with_its_delivery(node: LocalNode, amina: App) -> None:
    alice, sent = node.wires.person(ALICE), {}
    async with socket(amina, "user") as opened:
        await opened.subscribe("public:remote")
        await opened.subscribe("public:local")
        sent = note(alice, "De loin")
        await node.receive(alice, create(alice, sent))
        told = await opened.heard()
    assert [one.stream for one in told] == [("user",), ("public:remote",)]
    assert told[0].payload == told[1].payload
    shown = await amina.get(f"/api/v1/statuses/{await number_of(node, sent['id'])}")
    assert told[0].payload == shown


async def test_only_posts_with_files_come_to_streams_of_media(node: LocalNode, amina: App) -> None:
    alice = node.wires.person(ALICE)
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://m.example/a.png"}
    async with socket(amina, "public:media") as opened:
        await opened.subscribe("public:remote:media")
        await node.receive(alice, create(alice, note(alice)))
        await node.receive(alice, create(alice, note(alice, attachment=[picture])))
        told = await opened.heard()
    assert [one.stream[0] for one in told] == ["public:media", "public:remote:media"]
    assert {len(one.payload["media_attachments"]) for one in told} == {1}


async def test_answers_to_others_are_not_in_public_streams_but_under_their_hashtag(
    node: LocalNode, amina: App
) -> None:
    post = await node.write("luc", "Une question")
    async with socket(amina, "public") as opened:
        await opened.subscribe("hashtag", tag="#Réponse")
        await node.write("nour", "Oui #réponse", reply_to=post)
        await node.work_inbox()
        told = await opened.heard()
    assert [one.stream for one in told] == [("public",), ("hashtag", "#Réponse")]
    assert "question" in told[0].payload["content"]
    assert "Oui" in told[1].payload["content"]


async def test_a_boost_is_told_with_its_own_id_and_so_is_its_end(
    node: LocalNode, amina: App
) -> None:
    alice, bob = node.wires.person(ALICE), node.wires.person(BOB)
    theirs = note(bob, "À partager")
    node.wires.serve(theirs)
    boost = activity(alice, "Announce", theirs["id"])
    async with socket(amina, "user") as opened:
        await node.receive(alice, boost)
        told = await only(opened)
        assert told.event == "update"
        assert told.payload["account"]["acct"] == "alice@mastodon.example"
        inner = told.payload["reblog"]
        assert inner["account"]["acct"] == "bob@elsewhere.example"
        assert told.payload["id"] != inner["id"]
        assert told.payload["id"] in {
            one["id"] for one in await amina.get("/api/v1/timelines/home")
        }
        await node.receive(alice, undo(boost))
        assert await opened.heard() == [Heard(("user",), "delete", told.payload["id"])]


async def test_a_boost_from_here_is_told_and_taken_back(node: LocalNode, amina: App) -> None:
    post = await node.write("luc", "À partager")
    number = await number_of(node, post)
    await node.work_inbox()
    async with socket(amina, "user") as opened:
        await amina.post(f"/api/v1/statuses/{number}/reblog")
        await node.work_inbox()
        told = await only(opened)
        assert told.payload["reblog"]["id"] == number
        assert told.payload["reblog"]["reblogged"] is True
        await amina.post(f"/api/v1/statuses/{number}/unreblog")
        await node.work_inbox()
        assert await opened.heard() == [Heard(("user",), "delete", told.payload["id"])]


async def test_edits_and_deletions_reach_whoever_was_shown_the_post(
    node: LocalNode, amina: App
) -> None:
    alice, nina = node.wires.person(ALICE), await app_of(node, "nina")
    sent = note(alice, "Brouillon", tag=[{"type": "Hashtag", "name": "#bois"}])
    await node.receive(alice, create(alice, sent))
    number = await number_of(node, sent["id"])
    async with socket(amina, "user") as mine, socket(nina, "user") as other:
        await other.subscribe("public:remote")
        await other.subscribe("hashtag", tag="bois")
        edited = {**sent, "content": "<p>Relu</p>", "updated": "2026-11-18T09:00:00Z"}
        await node.receive(alice, activity(alice, "Update", edited))
        told = await only(mine)
        assert (told.event, told.payload["id"]) == ("status.update", number)
        assert told.payload["content"] == "<p>Relu</p>"
        assert told.payload["edited_at"] is not None
        assert [(one.stream[0], one.event) for one in await other.heard()] == [
            ("public:remote", "status.update"),
            ("hashtag", "status.update"),
        ]
        await node.receive(alice, activity(alice, "Delete", sent["id"]))
        assert await mine.heard() == [Heard(("user",), "delete", number)]
        assert await other.heard() == [
            Heard(("public:remote",), "delete", number),
            Heard(("hashtag", "bois"), "delete", number),
        ]


async def test_an_own_post_is_edited_and_deleted_before_ones_eyes(
    node: LocalNode, amina: App
) -> None:
    async with socket(amina, "user") as opened:
        post = await node.write("amina", "Un")
        number = await number_of(node, post)
        await node.work_inbox()
        await amina.put(f"/api/v1/statuses/{number}", form={"status": "Deux"})
        await node.work_inbox()
        await amina.delete(f"/api/v1/statuses/{number}")
        await node.work_inbox()
        told = await opened.heard()
    # What is gone when it would be told is not shown any more.
    assert told == [Heard(("user",), "delete", number)]


async def test_a_deleted_post_takes_its_boosts_along(node: LocalNode, amina: App) -> None:
    alice = node.wires.person(ALICE)
    post = await node.write("luc", "Bientôt effacé")
    await node.work_inbox()
    await node.receive(alice, activity(alice, "Announce", post))
    record = await node.object(post)
    assert record is not None
    (boost,) = await amina.get("/api/v1/timelines/home")
    async with socket(amina, "user") as opened:
        luc = await app_of(node, "luc")
        await luc.delete(f"/api/v1/statuses/{record.id}")
        await node.work_inbox()
        assert {one.payload for one in await opened.heard()} == {boost["id"]}


async def test_a_list_has_the_posts_of_those_on_it(node: LocalNode, amina: App) -> None:
    alice, bob = node.wires.person(ALICE), node.wires.person(BOB)
    await node.befriend("amina", bob)
    made = await amina.post("/api/v1/lists", form={"title": "Amis", "exclusive": "true"})
    actor = await node.actor(ALICE)
    assert actor is not None
    await amina.post(f"/api/v1/lists/{made['id']}/accounts", form={"account_ids[]": str(actor.id)})
    async with socket(amina, "list", list=made["id"]) as opened:
        await opened.subscribe("user")
        await node.receive(alice, create(alice, note(alice, "D’Alice")))
        await node.receive(bob, create(bob, note(bob, "De Bob")))
        told = await opened.heard()
    # The list is exclusive: who stands on it is not at home any more.
    assert [(one.stream, one.payload["account"]["username"]) for one in told] == [
        (("list", made["id"]), "alice"),
        (("user",), "bob"),
    ]


async def test_a_notification_comes_to_both_streams_that_have_them(
    node: LocalNode, amina: App
) -> None:
    alice = node.wires.person(ALICE)
    post = await node.write("amina", "Aimez-moi")
    await node.work_inbox()
    async with socket(amina, "user") as opened:
        await opened.subscribe("user:notification")
        await node.receive(alice, activity(alice, "Like", post))
        told = await opened.heard()
    assert [(one.stream, one.event) for one in told] == [
        (("user",), "notification"),
        (("user:notification",), "notification"),
    ]
    assert told[0].payload["type"] == "favourite"
    assert told[0].payload["status"]["uri"] == post
    assert [told[0].payload] == await amina.get("/api/v1/notifications")


async def test_a_filtered_notification_is_not_told(node: LocalNode, amina: App) -> None:
    bob = node.wires.person(BOB)
    policy = {"for_not_following": "filter"}
    await amina.patch("/api/v2/notifications/policy", form=policy)
    post = await node.write("amina", "Aimez-moi")
    await node.work_inbox()
    async with socket(amina, "user:notification") as opened:
        await node.receive(bob, activity(bob, "Like", post))
        assert await opened.heard() == []
    assert await node.count("notifications") == 1


async def test_private_posts_are_told_as_conversations(node: LocalNode, amina: App) -> None:
    async with socket(amina, "direct") as opened:
        await node.write("luc", "@amina entre nous", visibility="direct")
        await node.work_inbox()
        told = await only(opened)
    assert told.event == "conversation"
    assert [account["acct"] for account in told.payload["accounts"]] == ["luc"]
    assert "entre nous" in told.payload["last_status"]["content"]
    assert [told.payload] == await amina.get("/api/v1/conversations")


async def test_apps_are_told_that_filters_changed(node: LocalNode, amina: App) -> None:
    other = await app_of(node, "nina")
    async with socket(amina, "user") as opened, socket(other, "user") as elsewhere:
        form = {"title": "Foot", "context[]": "home", "keywords_attributes[][keyword]": "foot"}
        await amina.post("/api/v2/filters", form=form)
        told = await opened.heard()
        assert set(told) == {Heard(("user",), "filters_changed", None)}
        assert await elsewhere.heard() == []


async def test_what_a_filter_meets_says_so_to_its_owner_alone(node: LocalNode, amina: App) -> None:
    other = await app_of(node, "nina")
    form = {
        "title": "Foot",
        "context[]": "public",
        "keywords_attributes[][keyword]": "ballon",
    }
    await amina.post("/api/v2/filters", form=form)
    async with socket(amina, "public") as opened, socket(other, "public") as elsewhere:
        await node.write("luc", "Le ballon roule")
        await node.work_inbox()
        mine, theirs = await only(opened), await only(elsewhere)
    assert [result["filter"]["title"] for result in mine.payload["filtered"]] == ["Foot"]
    assert theirs.payload["filtered"] == []


async def test_what_a_filter_hides_at_home_does_not_come(node: LocalNode, amina: App) -> None:
    alice = node.wires.person(ALICE)
    form = {
        "title": "Foot",
        "context[]": "home",
        "filter_action": "hide",
        "keywords_attributes[][keyword]": "ballon",
    }
    await amina.post("/api/v2/filters", form=form)
    async with socket(amina, "user") as opened:
        await opened.heard()
        for text in ("Le ballon roule", "Il pleut"):
            await node.receive(alice, create(alice, note(alice, text)))
        told = await only(opened)
    assert "Il pleut" in told.payload["content"]


async def test_polls_and_quotes_are_shown_to_each_as_they_may_see_them(
    node: LocalNode, amina: App
) -> None:
    nina = await app_of(node, "nina")
    quoted = await node.write("luc", "Citez-moi", quote_policy="public")
    await node.work_inbox()
    luc = await node.person("luc")
    await nina.post(f"/api/v1/accounts/{luc.id}/mute")
    number = await number_of(node, quoted)
    author = await app_of(node, "rene")
    async with socket(amina, "public") as opened, socket(nina, "public") as other:
        form = {"status": "Voyez", "quoted_status_id": number}
        await author.post("/api/v1/statuses", form=form)
        poll = {"options": ["Toi", "Moi"], "expires_in": 600}
        await author.post("/api/v1/statuses", json={"status": "Qui ?", "poll": poll})
        await node.work_inbox()
        mine, theirs = await opened.heard(), await other.heard()
    assert mine[0].payload["quote"]["state"] == "accepted"
    assert theirs[0].payload["quote"]["state"] == "muted_account"
    for app, told in ((amina, mine), (nina, theirs)):
        for one in told:
            assert one.payload == await app.get(f"/api/v1/statuses/{one.payload['id']}")
    assert mine[1].payload["poll"]["voted"] is False


async def announce(node: LocalNode, text: str, number: int | None = None) -> int:
    from objects.announcements import Written, write

    async def operation(tx: Tx) -> int:
        now = node.clock.ms
        written = Written(text)
        return (await write(tx, "greta", written, now, number=number, publish=True)).id

    return await node.store.write(operation)


async def test_announcements_are_told_to_everybody_here(node: LocalNode, amina: App) -> None:
    from objects.announcements import remove

    async with socket(amina, "user") as opened:
        number = await announce(node, "Le serveur s’arrête **demain**")
        told = await only(opened)
        assert (told.event, told.payload["id"]) == ("announcement", str(number))
        await amina.put(f"/api/v1/announcements/{number}/reactions/👍")
        told = await only(opened)
        assert told.event == "announcement.reaction"
        assert told.payload["announcement_id"] == str(number)
        assert (told.payload["name"], told.payload["count"]) == ("👍", 1)
        check_entity("Reaction", {**told.payload, "me": False})
        await amina.delete(f"/api/v1/announcements/{number}/reactions/👍")
        assert (await only(opened)).payload["count"] == 0
        await node.store.write(lambda tx: remove(tx, "greta", number, node.clock.ms))
        assert await opened.heard() == [Heard(("user",), "announcement.delete", number)]


async def test_what_somebody_hides_is_not_told_to_them(node: LocalNode, amina: App) -> None:
    alice, bob = node.wires.person(ALICE), node.wires.person(BOB)
    await node.befriend("amina", bob)
    theirs = await node.actor(BOB)
    assert theirs is not None
    await amina.post(f"/api/v1/accounts/{theirs.id}/mute")
    await amina.post("/api/v1/domain_blocks", form={"domain": "nowhere.example"})
    async with socket(amina, "user") as opened:
        await opened.subscribe("public")
        for sender in (alice, bob, *nowhere(node)):
            await node.receive(sender, create(sender, note(sender, cc=_followers(sender))))
        told = await opened.heard()
    names = {one.payload["account"]["username"] for one in told}
    assert names == {"alice"}
    assert len(told) == 2


def nowhere(node: LocalNode) -> list[Remote]:
    """Somebody whose domain amina blocks."""
    return [node.wires.person("https://nowhere.example/users/carl")]


def _followers(sender: Remote) -> list[Any]:
    return [f"{sender.url}/followers", "https://node.example/users/luc"]
