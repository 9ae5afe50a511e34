"""Quotes as apps see them, from asking for leave to taking it back, across nodes."""

from typing import Any

import orjson
import pytest

from federation.vocabulary import PUBLIC
from outbox.acts.rewrite import rewrite
from storage.records import ObjectRecord
from tests.support.apps import App, app_of
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity
from tests.support.signing import Remote


@pytest.fixture
def ada(network: Network) -> Remote:
    """Somebody on another server."""
    return network.wires.person("https://ada.example/users/ada")


async def stored(node: LocalNode, url: str) -> ObjectRecord:
    record = await node.object(url)
    assert record is not None
    return record


async def written(node: LocalNode, who: str, text: str, **draft: Any) -> ObjectRecord:
    """A post with everything that `draft` says; public quotes are welcome unless it says other."""
    draft.setdefault("quote_policy", "public")
    return await stored(node, await node.write(who, text, **draft))


async def quoting(node: LocalNode, who: str, quoted: ObjectRecord, **draft: Any) -> ObjectRecord:
    return await written(node, who, "Regardez", quote=quoted, **draft)


async def shown(app: App, record: ObjectRecord) -> Json:
    status: Json = await app.get(f"/api/v1/statuses/{record.id}")
    check_entity("Status", status)
    return status


def stamp(url: str, quoted: Json, quoting_url: str, **changes: Any) -> Json:
    """A QuoteAuthorization as Mastodon serves it."""
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": url,
        "type": "QuoteAuthorization",
        "attributedTo": quoted["attributedTo"],
        "interactingObject": quoting_url,
        "interactionTarget": quoted["id"],
    } | changes


# here


async def test_a_post_of_this_node_is_quoted_as_its_author_allows(node: LocalNode) -> None:
    quoted = await written(node, "amina", "À citer")
    record = await quoting(node, "greta", quoted)
    status = await shown(await app_of(node, "amina"), record)
    assert status["quote"]["state"] == "accepted"
    assert status["quote"]["quoted_status"]["id"] == str(quoted.id)
    assert status["content"].startswith('<p class="quote-inline">RE: <a href=')
    assert await node.notified("amina") == ["quote"]
    assert (await shown(App(node), quoted))["quotes_count"] == 1


async def test_who_may_quote_is_said_to_each_viewer(node: LocalNode, network: Network) -> None:
    everybody = await written(node, "amina", "À citer")
    followers = await written(node, "amina", "Pour qui me suit", quote_policy="followers")
    nobody = await written(node, "amina", "Pas à citer", quote_policy="nobody")
    private = await written(node, "amina", "Entre nous", visibility="followers")
    bruno = await app_of(node, "bruno")
    await node.ask_to_follow("bruno", "amina@node.example")
    await network.settle()
    answers = {}
    for name, app in {"amina": await app_of(node, "amina"), "bruno": bruno}.items():
        for record in (everybody, followers, nobody, private):
            approval = (await shown(app, record))["quote_approval"]
            answers[name, record.id] = (approval["automatic"], approval["current_user"])
    assert answers["bruno", everybody.id] == (["public"], "automatic")
    assert answers["bruno", followers.id] == (["followers"], "automatic")
    assert answers["bruno", nobody.id] == ([], "denied")
    assert answers["bruno", private.id] == ([], "denied")
    assert answers["amina", nobody.id] == ([], "automatic")
    stranger = await app_of(node, "chloe")
    assert (await shown(stranger, followers))["quote_approval"]["current_user"] == "denied"


@pytest.mark.parametrize("draft", [{"quote_policy": "nobody"}, {"quote_policy": "followers"}])
async def test_what_its_author_keeps_from_being_quoted_is_not(node: LocalNode, draft: Json) -> None:
    quoted = await written(node, "amina", "Pas à citer", **draft)
    with pytest.raises(Exception, match="does not appear to exist"):
        await quoting(node, "greta", quoted)
    assert await node.count("quotes") == 0


@pytest.mark.parametrize("visibility", ["followers", "direct", "network", "organisation"])
async def test_what_few_may_read_is_quoted_by_nobody_else(
    node: LocalNode, network: Network, visibility: Any
) -> None:
    await node.person("bruno")
    await node.ask_to_follow("bruno", "amina@node.example") if await node.person("amina") else None
    await network.settle()
    quoted = await written(node, "amina", "@bruno entre nous", visibility=visibility)
    with pytest.raises(Exception, match="does not appear to exist"):
        await quoting(node, "bruno", quoted)


async def test_ones_own_post_is_quoted_for_no_more_people_than_it_is_for(node: LocalNode) -> None:
    quoted = await written(node, "amina", "Entre nous", visibility="followers")
    record = await quoting(node, "amina", quoted)
    assert record.visibility == "followers"
    status = await shown(await app_of(node, "amina"), record)
    assert status["quote"]["state"] == "accepted"
    assert await node.notified("amina") == []


async def test_a_quote_in_a_quote_is_an_id(node: LocalNode) -> None:
    first = await written(node, "amina", "Un")
    second = await quoting(node, "greta", first)
    third = await quoting(node, "bruno", second)
    app = await app_of(node, "amina")
    inner = (await shown(app, third))["quote"]["quoted_status"]["quote"]
    assert inner == {
        "state": "accepted", "quoted_status": None, "quoted_status_id": str(first.id),
    }  # fmt: skip
    both = await app.get("/api/v1/statuses", query={"id[]": [str(third.id), str(second.id)]})
    assert both[1]["quote"]["quoted_status"]["id"] == str(first.id)
    assert both[0]["quote"]["quoted_status"]["quote"]["quoted_status"] is None


async def test_what_is_quoted_is_not_shown_to_who_may_not_see_it(node: LocalNode) -> None:
    quoted = await written(node, "amina", "À citer")
    record = await quoting(node, "greta", quoted)
    blocked, blocks = await app_of(node, "bruno"), await app_of(node, "chloe")
    deleted = await app_of(node, "dora")
    amina = await node.actor("https://node.example/users/amina")
    assert amina is not None
    await node.act("chloe", {"type": "Block", "object": amina.url})
    await node.act("amina", {"type": "Block", "object": "https://node.example/users/bruno"})
    assert (await shown(blocked, record))["quote"]["state"] == "unauthorized"
    assert (await shown(blocks, record))["quote"]["state"] == "blocked_account"
    await node.act("amina", {"type": "Delete", "object": quoted.url})
    assert (await shown(deleted, record))["quote"] == {
        "state": "deleted", "quoted_status": None, "quoted_status_id": None,
    }  # fmt: skip


async def test_an_edit_keeps_what_was_quoted_and_who_may_quote(node: LocalNode) -> None:
    quoted = await written(node, "amina", "À citer")
    record = await quoting(node, "greta", quoted)
    await rewrite(node.outbox, await node.person("greta"), record, "Autrement dit")
    status = await shown(await app_of(node, "amina"), await stored(node, record.url))
    assert "Autrement dit" in status["content"]
    assert "quote-inline" in status["content"]
    assert status["quote"]["state"] == "accepted"
    assert status["quote_approval"]["automatic"] == ["public"]


async def test_who_quotes_hears_that_the_quoted_post_changed(node: LocalNode) -> None:
    quoted = await written(node, "amina", "À citer")
    await quoting(node, "greta", quoted)
    await rewrite(node.outbox, await node.person("amina"), quoted, "Autrement dit")
    assert "quoted_update" in await node.notified("greta")


# endpoints


async def test_who_may_quote_is_changed_and_others_hear_of_it(
    node: LocalNode, network: Network, ada: Remote
) -> None:
    record = await written(node, "amina", "À citer", quote_policy="nobody")
    follow = activity(ada, "Follow", "https://node.example/users/amina")
    await node.receive(ada, follow, to=node.inbox("amina"))
    path = f"/api/v1/statuses/{record.id}/interaction_policy"
    app = await app_of(node, "amina")
    status = await app.put(path, json={"quote_approval_policy": "public"})
    assert status["quote_approval"]["automatic"] == ["public"]
    assert status["edited_at"] is None
    await network.settle()
    sent = network.wires.delivered(f"{ada.url}/inbox")[-1]
    assert sent["type"] == "Update"
    assert sent["object"]["interactionPolicy"]["canQuote"] == {"automaticApproval": [PUBLIC]}


@pytest.mark.parametrize(
    ("who", "policy", "status"),
    [("greta", "public", 403), ("amina", "everybody", 422), ("amina", "x" * 10_000, 422)],
)
async def test_a_policy_is_one_of_three_and_for_ones_own_posts(
    node: LocalNode, who: str, policy: str, status: int
) -> None:
    record = await written(node, "amina", "À citer")
    path = f"/api/v1/statuses/{record.id}/interaction_policy"
    app = await app_of(node, who)
    await app.put(path, form={"quote_approval_policy": policy}, expect=status)
    narrow = await app_of(node, who, scopes="read")
    await narrow.put(path, form={"quote_approval_policy": "public"}, expect=403)


async def test_private_posts_stay_out_of_quotes_whatever_is_asked(node: LocalNode) -> None:
    record = await written(node, "amina", "Entre nous", visibility="followers")
    status = await (await app_of(node, "amina")).put(
        f"/api/v1/statuses/{record.id}/interaction_policy",
        json={"quote_approval_policy": "public"},
    )
    assert status["quote_approval"]["automatic"] == []


async def test_the_quotes_of_a_post_are_listed_page_by_page(node: LocalNode) -> None:
    quoted = await written(node, "amina", "À citer")
    records = [await quoting(node, name, quoted) for name in ("greta", "bruno", "chloe")]
    await quoting(node, "dora", quoted, visibility="followers")
    app = await app_of(node, "emil")
    path = f"/api/v1/statuses/{quoted.id}/quotes"
    answer = await app.ask("GET", path, query={"limit": "2"})
    assert [one["id"] for one in answer.json] == [str(r.id) for r in reversed(records[1:])]
    rest = await app.get((answer.link("next") or "").removeprefix("https://node.example"))
    assert [one["id"] for one in rest] == [str(records[0].id)]
    hidden = await written(node, "amina", "Entre nous", visibility="followers")
    await app.get(f"/api/v1/statuses/{hidden.id}/quotes", expect=404)


async def test_leave_to_quote_is_taken_back_by_who_gave_it(node: LocalNode) -> None:
    quoted = await written(node, "amina", "À citer")
    record = await quoting(node, "greta", quoted)
    path = f"/api/v1/statuses/{quoted.id}/quotes/{record.id}/revoke"
    await (await app_of(node, "greta")).post(path, expect=403)
    status = await (await app_of(node, "amina")).post(path)
    assert status["id"] == str(record.id)
    assert status["quote"] == {
        "state": "revoked", "quoted_status": None, "quoted_status_id": None,
    }  # fmt: skip
    assert "quoteAuthorization" not in orjson.loads((await stored(node, record.url)).document)
    other = f"/api/v1/statuses/{record.id}/quotes/{quoted.id}/revoke"
    await (await app_of(node, "greta")).post(other, expect=404)


# two nodes of ours


async def test_two_nodes_ask_answer_and_revoke(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("lycee")
    quoted_there = await written(there, "paul", "À citer")
    await here.ask_to_follow("greta", "paul@lycee.example")
    await network.settle()
    quoted = await here.outbox.objects.visible(quoted_there.url, await here.person("greta"))
    record = await quoting(here, "greta", quoted)
    app = await app_of(here, "amina")
    assert (await shown(app, record))["quote"]["state"] == "pending"
    await network.settle()
    status = await shown(app, record)
    assert status["quote"]["quoted_status"]["id"] == str(quoted.id)
    assert "quote" in await there.notified("paul")
    seen = await stored(there, record.url)
    paul = await app_of(there, "paul")
    assert (await shown(paul, seen))["quote"]["state"] == "accepted"
    assert (await shown(paul, quoted_there))["quotes_count"] == 1
    await paul.post(f"/api/v1/statuses/{quoted_there.id}/quotes/{seen.id}/revoke")
    await network.settle()
    assert (await shown(app, record))["quote"]["state"] == "revoked"
    assert "quoteAuthorization" not in orjson.loads((await stored(here, record.url)).document)


async def test_a_request_against_the_policy_is_rejected(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("lycee")
    quoted_there = await written(there, "paul", "À citer")
    quoted = await here.outbox.objects.visible(quoted_there.url, await here.person("greta"))
    paul = await app_of(there, "paul")
    path = f"/api/v1/statuses/{quoted_there.id}/interaction_policy"
    await paul.put(path, json={"quote_approval_policy": "nobody"})
    record = await quoting(here, "greta", quoted)
    await network.settle()
    assert (await shown(await app_of(here, "greta"), record))["quote"]["state"] == "rejected"
    assert "quote" not in await there.notified("paul")


# other servers


async def test_a_request_with_the_post_in_it_is_accepted_and_stamped(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    quoted = await written(node, "amina", "À citer")
    post = note(ada, "Voyez", quote=quoted.url)
    asked = activity(ada, "QuoteRequest", quoted.url, instrument=post)
    assert await node.receive(ada, asked, to=node.inbox("amina")) == "done"
    await network.settle()
    (answer,) = network.wires.delivered(f"{ada.url}/inbox")
    assert (answer["type"], answer["object"]["id"]) == ("Accept", asked["id"])
    given = await node.services.fetcher.client.get(answer["result"], accept="application/json")
    found = given.body.decode()
    assert f'"interactingObject":"{post["id"]}"' in found
    assert f'"interactionTarget":"{quoted.url}"' in found
    status = await shown(await app_of(node, "amina"), await stored(node, post["id"]))
    assert status["quote"]["state"] == "accepted"


async def test_a_request_for_a_post_that_quotes_something_else_is_refused(
    node: LocalNode, ada: Remote
) -> None:
    quoted = await written(node, "amina", "À citer")
    post = note(ada, "Voyez", quote="https://elsewhere.example/notes/1")
    asked = activity(ada, "QuoteRequest", quoted.url, instrument=post)
    note_of_row = await node.receive(ada, asked, to=node.inbox("amina"))
    assert note_of_row.startswith("ignored: the post does not quote")


async def followed_post(node: LocalNode, ada: Remote, **changes: Any) -> Json:
    """A post of ada's that reaches a member who follows her."""
    await node.befriend("amina", ada)
    post = note(ada, "Voyez", **changes)
    assert await node.receive(ada, create(ada, post)) == "done"
    return post


async def test_a_quote_is_shown_when_its_leave_stands_at_its_origin(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    eve = network.wires.person("https://eve.example/users/eve")
    quoted = note(eve, "À citer")
    network.wires.serve(quoted)
    at = "https://eve.example/users/eve/stamps/1"
    post = await followed_post(node, ada, quote=quoted["id"], quoteAuthorization=at)
    network.wires.serve(stamp(at, quoted, post["id"]))
    app = await app_of(node, "amina")
    assert (await shown(app, await stored(node, post["id"])))["quote"]["state"] == "pending"
    await network.settle()
    status = await shown(app, await stored(node, post["id"]))
    assert status["quote"]["quoted_status"]["uri"] == quoted["id"]
    ended = activity(eve, "Delete", at)
    await node.receive(eve, ended)
    assert (await shown(app, await stored(node, post["id"])))["quote"]["state"] == "revoked"


@pytest.mark.parametrize(
    "changes",
    [
        {"interactingObject": "https://ada.example/notes/other"},
        {"interactionTarget": "https://eve.example/notes/other"},
        {"attributedTo": "https://eve.example/users/mallory"},
        {"type": "Note"},
    ],
)
async def test_leave_for_anything_else_shows_nothing(
    network: Network, node: LocalNode, ada: Remote, changes: Json
) -> None:
    eve = network.wires.person("https://eve.example/users/eve")
    quoted = note(eve, "À citer")
    network.wires.serve(quoted)
    at = "https://eve.example/users/eve/stamps/1"
    post = await followed_post(node, ada, quote=quoted["id"], quoteAuthorization=at)
    network.wires.serve(stamp(at, quoted, post["id"], **changes))
    await network.settle()
    app = await app_of(node, "amina")
    assert (await shown(app, await stored(node, post["id"])))["quote"]["state"] == "rejected"


async def test_leave_from_another_origin_is_not_even_fetched(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    eve = network.wires.person("https://eve.example/users/eve")
    quoted = note(eve, "À citer")
    network.wires.serve(quoted)
    at = "https://ada.example/stamps/1"
    post = await followed_post(node, ada, quote=quoted["id"], quoteAuthorization=at)
    network.wires.serve(stamp(at, quoted, post["id"]))
    await network.settle()
    app = await app_of(node, "amina")
    assert (await shown(app, await stored(node, post["id"])))["quote"]["state"] == "rejected"
    assert network.wires.fetched(at) == 0


async def test_a_server_that_is_away_is_asked_again(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    eve = network.wires.person("https://eve.example/users/eve")
    quoted = note(eve, "À citer")
    network.wires.serve(quoted)
    at = "https://eve.example/users/eve/stamps/1"
    post = await followed_post(node, ada, quote=quoted["id"], quoteAuthorization=at)
    network.wires.serve(stamp(at, quoted, post["id"]))
    network.wires.silent.add("eve.example")
    await network.settle()
    app = await app_of(node, "amina")
    assert (await shown(app, await stored(node, post["id"])))["quote"]["state"] == "pending"
    network.wires.silent.clear()
    node.clock.now += 3_600
    await network.settle()
    assert (await shown(app, await stored(node, post["id"])))["quote"]["state"] == "accepted"


async def test_nobody_claims_our_leave_for_a_post_that_did_not_ask(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    quoted = await written(node, "amina", "À citer")
    forged = f"{quoted.url}/quotes/1"
    post = await followed_post(node, ada, quote=quoted.url, quoteAuthorization=forged)
    await network.settle()
    app = await app_of(node, "amina")
    assert (await shown(app, await stored(node, post["id"])))["quote"]["state"] == "pending"
    await app.get(f"/objects/{quoted.id}/quotes/1", expect=404)


async def test_quotes_that_know_no_consent_are_links_but_for_ones_own(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    first = await followed_post(node, ada)
    other = network.wires.person("https://misskey.example/users/mika")
    quoted = note(other, "Ailleurs")
    network.wires.serve(quoted)
    app = await app_of(node, "amina")
    own = await followed_post(node, ada, _misskey_quote=first["id"])
    foreign = await followed_post(node, ada, quoteUri=quoted["id"])
    await network.settle()
    assert (await shown(app, await stored(node, own["id"])))["quote"]["state"] == "accepted"
    assert (await shown(app, await stored(node, foreign["id"])))["quote"] is None
    assert network.wires.fetched(quoted["id"]) == 0


async def test_an_answer_by_somebody_else_changes_nothing(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    quoted_post = await followed_post(
        node, ada, interactionPolicy={"canQuote": {"automaticApproval": [PUBLIC]}}
    )
    record = await quoting(node, "amina", await stored(node, quoted_post["id"]))
    await network.settle()
    request = next(
        one for one in network.wires.delivered(f"{ada.url}/inbox") if one["type"] == "QuoteRequest"
    )
    assert request["instrument"]["id"] == record.url
    assert "@context" not in request["instrument"]
    eve = network.wires.person("https://eve.example/users/eve")
    forged = activity(eve, "Accept", request["id"], result="https://eve.example/stamps/1")
    assert (await node.receive(eve, forged)).startswith("refused")
    foreign = activity(ada, "Accept", request["id"], result="https://eve.example/stamps/1")
    assert (await node.receive(ada, foreign)).startswith("refused")
    app = await app_of(node, "amina")
    assert (await shown(app, record))["quote"]["state"] == "pending"
    await node.receive(ada, activity(ada, "Reject", request["id"]))
    assert (await shown(app, record))["quote"]["state"] == "rejected"


async def test_the_stamp_reaches_followers_with_an_update(
    network: Network, node: LocalNode, ada: Remote
) -> None:
    quoted = await followed_post(
        node, ada, interactionPolicy={"canQuote": {"automaticApproval": [PUBLIC]}}
    )
    record = await quoting(node, "amina", await stored(node, quoted["id"]))
    await network.settle()
    delivered = network.wires.delivered(f"{ada.url}/inbox")
    request = next(one for one in delivered if one["type"] == "QuoteRequest")
    at = f"{ada.url}/stamps/7"
    network.wires.serve(stamp(at, quoted, record.url))
    await node.receive(ada, activity(ada, "Accept", request, result=at))
    await network.settle()
    last = network.wires.delivered(f"{ada.url}/inbox")[-1]
    assert (last["type"], last["object"]["quoteAuthorization"]) == ("Update", at)
