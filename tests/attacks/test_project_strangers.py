"""What others do to members-only entries, and what would carry them outside: refused."""

from dataclasses import dataclass

import pytest

from federation.proofs import with_proof
from federation.signing import SigningKey
from federation.vocabulary import ACTIVITYSTREAMS, CONTEXT, PROJECT, PUBLIC
from objects.notes import NoteDraft
from objects.projects.fields import Project
from outbox.acts.create import post
from outbox.acts.projects.spaces import SpaceDraft, change_space
from outbox.acts.react import find_useful, share
from outbox.context import ActRefused
from storage.records import ObjectRecord
from tests.attacks.project_place import WORD, Place, build_place, tell_secrets
from tests.support.apps import app_of
from tests.support.factories import Json
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import end_membership, open_project


@pytest.fixture
async def place(network: Network) -> Place:
    """A project that shows itself, with notes that are for its members alone."""
    found = await build_place(network, "public")
    await tell_secrets(found)
    return found


@dataclass(frozen=True)
class Pen:
    """A member of one of the nodes who writes activities by hand."""

    url: str
    rsa_key: SigningKey


async def pen(node: LocalNode, username: str) -> Pen:
    person = await node.person(username)
    return Pen(person.url, await node.services.keys.signing_key(person.id))


async def send(place: Place, node: LocalNode, to: LocalNode, who: str, activity: Json) -> str:
    """Deliver something written by hand; gives what became of it."""
    sender = await pen(node, who)
    whole: Json = {"@context": ACTIVITYSTREAMS, "actor": sender.url, **activity}
    whole.setdefault("id", f"{sender.url}/acts/{len(place.network.wires.log)}")
    return await to.receive(sender, whole)  # type: ignore[arg-type]  # it has what is needed


async def stored(node: LocalNode, record: ObjectRecord) -> ObjectRecord:
    found = await node.object(record.url)
    assert found is not None
    return found


async def test_reactions_of_others_are_as_if_nothing_were_there(place: Place) -> None:
    secret = place.secrets["bruno"]
    for node, who in ((place.delta, "dan"), (place.gamma, "chloe"), (place.alpha, "paul")):
        for kind in ("Like", "Announce", "QuoteRequest", "EmojiReact"):
            more = {"instrument": f"https://{node.host}/x/1", "to": [PUBLIC], "content": "👍"}
            note = await send(
                place, node, place.beta, who, {"type": kind, "object": secret.url, **more}
            )
            bare = await send(
                place, node, place.beta, who, {"type": kind, "object": f"{secret.url}0", **more}
            )
            assert note.replace(secret.url, "") == bare.replace(f"{secret.url}0", ""), (who, kind)
    after = await stored(place.beta, secret)
    assert (after.likes_count, after.shares_count) == (0, 0)


async def test_a_reply_of_somebody_else_changes_nothing(place: Place) -> None:
    secret = place.secrets["bruno"]
    before = await stored(place.beta, secret)
    for node, who in ((place.delta, "dan"), (place.gamma, "chloe")):
        person = await node.person(who)
        note = {
            "id": f"https://{node.host}/notes/{who}", "type": "Note", "attributedTo": person.url,
            "content": "Je sais tout.", "inReplyTo": secret.url, "to": [PROJECT, place.space.url],
            "audience": place.space.url,
        }  # fmt: skip
        for to in (place.beta, place.alpha):
            await send(place, node, to, who, {"type": "Create", "object": note, "to": note["to"]})
        await place.network.settle()
        assert str(note["id"]) not in await place.space.timeline(place.alpha, "lea")
        assert str(note["id"]) not in await place.space.timeline(place.beta, "bruno")
    assert (await stored(place.beta, secret)).replies_count == before.replies_count


@pytest.mark.parametrize("who", ["paul", "adele", "zoe"])
async def test_whoever_does_not_belong_does_nothing_with_it_in_their_app(
    place: Place, who: str
) -> None:
    record = await stored(place.alpha, place.secrets["lea"])
    app = await app_of(place.alpha, who)
    for act in ("favourite", "bookmark", "reblog", "pin", "mute", "translate"):
        await app.ask("POST", f"/api/v1/statuses/{record.id}/{act}", expect=404)
    form = {"status": "Je réponds", "in_reply_to_id": str(record.id)}
    await app.ask("POST", "/api/v1/statuses", form=form, expect=404)
    form = {"status": "Je cite", "quoted_status_id": str(record.id)}
    await app.ask("POST", "/api/v1/statuses", form=form, expect=404)
    with pytest.raises(ActRefused) as refused:
        await find_useful(place.alpha.outbox, await place.alpha.person(who), record)
    assert refused.value.status == 404


@pytest.mark.parametrize("author", [True, False], ids=["its author", "another member"])
async def test_not_even_members_share_or_quote_it(place: Place, author: bool) -> None:
    node, who = (place.beta, "bruno") if author else (place.alpha, "lea")
    record = await stored(node, place.secrets["bruno"])
    person = await node.person(who)
    with pytest.raises(ActRefused) as refused:
        await share(node.outbox, person, record)
    assert refused.value.status == 422
    with pytest.raises(ActRefused) as refused:
        await post(node.outbox, person, NoteDraft("Voyez", quote=record))
    assert refused.value.status == 404
    app = await app_of(node, who)
    await app.ask("POST", f"/api/v1/statuses/{record.id}/reblog", expect=404)


async def test_a_server_that_names_somebody_else_does_not_tell_them(network: Network) -> None:
    place = await build_place(network, "public")
    bruno = await place.beta.person("bruno")
    paul = await place.alpha.person("paul")
    note = {
        "id": f"https://{place.beta.host}/notes/1", "type": "Note", "attributedTo": bruno.url,
        "content": f"<p>{WORD}</p>", "audience": place.space.url,
        "to": [PROJECT, f"{place.space.url}/members"], "cc": [place.space.url, paul.url],
        "tag": [{"type": "Mention", "href": paul.url, "name": "@paul"}],
    }  # fmt: skip
    sent = {"type": "Create", "object": note, "to": note["to"], "cc": note["cc"]}
    assert await send(place, place.beta, place.alpha, "bruno", sent) == "done"
    assert note["id"] in await place.space.timeline(place.alpha, "lea")
    assert "mention" not in await place.alpha.notified("paul")
    assert "Create" not in await place.alpha.inbox_types("paul")
    assert await place.alpha.home("paul") == []
    record = await place.alpha.object(str(note["id"]))
    assert record is not None
    # Naming somebody never widens it.
    app = await app_of(place.alpha, "paul")
    await app.ask("GET", f"/api/v1/statuses/{record.id}", expect=404)


async def test_whoever_has_left_is_not_told_of_answers(network: Network) -> None:
    alpha = await network.node("alpha")
    space = await open_project(network, alpha, reach="project")
    await space.invite(alpha, "paul")
    theirs = await space.write(alpha, "paul", "Avant de partir.")
    await network.settle()
    await end_membership(alpha, "lea", await space.group(alpha), "paul")
    await space.write(alpha, "lea", f"{WORD} depuis", "comment", in_reply_to=theirs.url)
    await network.settle()
    assert "mention" not in await alpha.notified("paul")


async def test_a_project_for_its_members_alone_shows_its_name_and_what_it_is(
    network: Network,
) -> None:
    place = await build_place(network, "project")
    node, hidden = place.alpha, b"Finalit\xc3\xa9 commune"
    for reader in (place.delta, place.gamma, place.beta):
        await reader.services.remote.by_url(place.space.url, refresh=True)
    told = await place.fetched(place.delta, place.space.url)
    assert isinstance(told, dict)
    assert told["name"]
    assert "Finalité" not in str(told)
    assert "Finalité" in str(await place.fetched(place.beta, place.space.url))
    for path in ("/users/projet", "/@projet", "/api/v1/accounts/lookup?acct=projet"):
        for accept in ("text/html", "application/activity+json"):
            _, body = await place.ask(node, path, accept)
            assert hidden not in body, path
            for name in (b"bruno", b"chloe"):
                assert name not in body, (path, name)
    for part in ("members", "moderators", "followers", "following", "outbox", "journal"):
        url = f"{place.space.url}/{part}"
        status, body = await place.ask(node, f"/users/projet/{part}", "application/activity+json")
        assert status in (200, 404), part
        for name in (b"bruno", b"chloe"):
            assert name not in body, part
        seen = await place.fetched(place.delta, url)
        assert "bruno" not in str(seen), part


async def test_changing_such_a_project_takes_nothing_from_members(network: Network) -> None:
    place = await build_place(network, "project")
    lea, group = await place.alpha.person("lea"), await place.group(place.alpha)
    draft = SpaceDraft(
        name="Autre nom", project=Project(purpose="Finalité nouvelle"), reach="project"
    )
    await change_space(place.alpha.outbox, lea, group, draft)
    await network.settle()

    async def fields(node: LocalNode) -> str:
        there = await place.group(node)
        row = await node.store.query(lambda tx: tx.projects.by_id(there.id))
        return row.fields if row is not None else ""

    assert "Finalité nouvelle" in await fields(place.beta)
    assert "Finalité" not in await fields(place.delta)
    for sent in network.wires.log:
        if f"https://{place.delta.host}/" in sent.url:
            assert "Finalité".encode() not in sent.body


async def test_members_of_one_project_do_not_see_another(network: Network) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    one = await open_project(network, alpha, "lea", "un", reach="project")
    other = await open_project(network, alpha, "zoe", "deux", reach="project")
    await one.invite(beta, "bruno")
    secret = await other.write(alpha, "zoe", WORD)
    await network.settle()
    assert await beta.object(secret.url) is None
    app = await app_of(alpha, "lea")
    await app.ask("GET", f"/api/v1/statuses/{secret.id}", expect=404)
    assert await one.timeline(alpha, "lea") == []


async def test_no_answer_for_members_is_forwarded_to_followers(network: Network) -> None:
    place = await build_place(network, "public")
    lea, bruno = await place.alpha.person("lea"), await place.beta.person("bruno")
    await place.delta.ask_to_follow("dan", lea.url)
    await network.settle()
    parent = await place.space.write(place.alpha, "lea", "Pour tous.", reach="public")
    await network.settle()
    to = [PROJECT, f"{place.space.url}/members"]
    cc = [place.space.url, lea.url, lea.followers_url]
    note = {
        "id": f"https://{place.beta.host}/notes/2", "type": "Note", "attributedTo": bruno.url,
        "content": f"<p>{WORD}</p>", "audience": place.space.url, "to": to, "cc": cc,
        "inReplyTo": parent.url,
    }  # fmt: skip
    activity = {
        "@context": CONTEXT, "id": f"https://{place.beta.host}/acts/2", "type": "Create",
        "actor": bruno.url, "object": note, "to": to, "cc": cc,
    }  # fmt: skip
    key = await proof_key(place.beta, bruno.id)
    proven = with_proof(activity, key, "2026-11-18T10:00:00Z")
    assert await send(place, place.beta, place.alpha, "bruno", proven) == "done"
    await network.settle()
    for sent in network.wires.log:
        if f"https://{place.delta.host}/" in sent.url:
            assert WORD.encode() not in sent.body


async def proof_key(node: LocalNode, actor_id: int) -> SigningKey:
    """The key with which somebody signs documents."""
    keys = await node.store.query(lambda tx: tx.actors.keys(actor_id))
    found = next(key for key in keys if key.algorithm == "ed25519" and key.private_pem)
    return SigningKey(found.key_id, "ed25519", found.private_pem or "")
