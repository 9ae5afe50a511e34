"""Experiences between nodes: published, changed, answered, written together, withdrawn."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from federation.documents import Document
from federation.vocabulary import NETWORK, PUBLIC
from objects.experiences.fields import Contributor, from_json
from objects.experiences.wire import experience_of
from objects.vocabularies.bundle import load_bundled
from outbox.acts.change import withdraw
from outbox.acts.experiences import change_experience
from outbox.acts.react import find_useful, share
from outbox.context import ActRefused
from storage.experiences import VersionRecord
from storage.records import ObjectRecord
from storage.store import Tx
from tests.objects.experiences.made_up import FULL
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.shared_experiences import PLAIN, TITLE, belongs, found, publish, told

Json = dict[str, Any]


@pytest.fixture
async def greta(network: Network) -> LocalNode:
    """A training organisation with a trainer, Anne."""
    node = await network.node("greta")
    await node.person("anne")
    return node


@pytest.fixture
async def cfa(network: Network, greta: LocalNode) -> LocalNode:
    """An apprentices' centre whose trainer Bob follows Anne."""
    node = await network.node("cfa")
    await node.person("bob")
    await node.ask_to_follow("bob", "anne@greta.example")
    await network.settle()
    return node


async def change(
    node: LocalNode, username: str, record: ObjectRecord, **changes: Any
) -> ObjectRecord:
    """Publish another version of an experience; gives the row as it is then."""
    author = await node.person(username)
    before = await found(node, record.url, username)
    assert before is not None
    experience = replace(before.experience, **changes)
    options = {"editor": None}
    await change_experience(node.outbox, author, before.record, experience, **options)
    after = await node.object(record.url)
    assert after is not None
    return after


async def versions_of(node: LocalNode, number: int) -> list[VersionRecord]:
    """The earlier versions of an object."""
    return await node.store.query(lambda tx: tx.experiences.versions(number))


async def fields_of(node: LocalNode, number: int) -> str:
    """What the database keeps of an experience."""
    row = await node.store.query(lambda tx: tx.experiences.by_id(number))
    assert row is not None
    return row.fields


async def test_every_field_reaches_who_follows(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    record = await publish(greta, "anne", replace(PLAIN, consent=True))
    await network.settle()
    here, there = await found(greta, record.url), await found(cfa, record.url)
    assert here is not None
    assert there is not None
    assert here.experience == replace(PLAIN, consent=True, carried_by=greta.people["greta"].url)
    assert there.experience == replace(here.experience, consent=False)
    assert there.record.name == TITLE
    assert there.author.account == "anne@greta.example"
    assert record.url in await cfa.home("bob")


async def test_a_change_arrives_and_the_version_before_is_kept_with_who_made_it(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    organisation, editor = greta.people["greta"], await greta.person("anne")
    record = await publish(greta, "greta", PLAIN, editor=editor)
    await cfa.ask_to_follow("bob", "greta@greta.example")
    await network.settle()
    await cfa.outbox.objects.visible(record.url, await cfa.person("bob"))
    network.clock.pass_by(60)
    changed = replace(PLAIN, title="Autrement", results="Mieux.", carried_by=organisation.url)
    await change_experience(greta.outbox, organisation, record, changed)
    await network.settle()
    for node in (greta, cfa):
        now = await found(node, record.url)
        assert now is not None
        assert (now.experience, now.editor) == (changed, None)
        versions = await versions_of(node, now.record.id)
        earlier = experience_of(Document(orjson.loads(versions[0].document)))
        assert earlier is not None
        assert earlier.title == TITLE
    kept = await versions_of(greta, record.id)
    assert [version.editor_id for version in kept] == [editor.id]


async def test_the_human_behind_the_organisation_is_known_here_alone(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    editor = await greta.person("anne")
    record = await publish(greta, "greta", PLAIN, editor=editor)
    here = await found(greta, record.url)
    assert here is not None
    assert here.editor is not None
    assert (here.author.username, here.editor.id) == ("greta", editor.id)
    assert "anne" not in record.document
    there = await cfa.outbox.objects.visible(record.url, await cfa.person("bob"))
    remote = await found(cfa, there.url)
    assert remote is not None
    assert remote.editor is None


async def test_terms_of_a_newer_version_survive_an_edit_here(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    article = {
        "type": "Article",
        "name": "Depuis une application plus récente",
        "summary": "En bref",
        "to": [PUBLIC],
        "cmt:approach": "Pas à pas.",
        "cmt:mood": {"cmt:level": "serein"},
        "schema:about": ["https://communotic.normandie.fr/ns/theme/tutorat"],
    }
    activity = await greta.act("anne", article)
    assert activity.object_id is not None
    record = await greta.object(activity.object_url)
    assert record is not None
    assert "<h2>Déroulé</h2>" in record.content
    await change(greta, "anne", record, title="Corrigé")
    await network.settle()
    bob = await cfa.person("bob")
    await cfa.outbox.objects.visible(record.url, bob)
    there = await found(cfa, record.url)
    assert there is not None
    assert there.experience.title == "Corrigé"
    assert there.experience.approach == "Pas à pas."
    assert there.experience.unknown == {"cmt:mood": {"cmt:level": "serein"}}


async def test_an_edit_by_a_client_keeps_it_an_experience_or_ends_that(
    network: Network, greta: LocalNode
) -> None:
    record = await publish(greta, "anne", replace(PLAIN, consent=True))
    network.clock.pass_by(60)
    changes: Json = {"id": record.url, "type": "Article", "cmt:result": "Tout va bien."}
    await greta.act("anne", {"type": "Update", "object": changes})
    now = await found(greta, record.url)
    assert now is not None
    assert (now.experience.results, now.experience.title) == ("Tout va bien.", TITLE)
    assert now.experience.consent


async def test_somebody_elsewhere_comments_thanks_shares_and_asks(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    record = await publish(greta, "anne")
    await network.settle()
    bob = await cfa.person("bob")
    comment = await cfa.write("bob", "Bravo pour le tutorat !", reply_to=record.url)
    seen = await cfa.outbox.objects.visible(record.url, bob)
    await find_useful(cfa.outbox, bob, seen)
    await share(cfa.outbox, bob, seen)
    question = await cfa.write("bob", "Quel mètre ?", reply_to=record.url, visibility="direct")
    await network.settle()
    after = await greta.object(record.url)
    assert after is not None
    assert (after.likes_count, after.shares_count, after.replies_count) == (1, 1, 1)
    asked = await greta.object(question)
    assert asked is not None
    assert asked.visibility == "direct"
    shown = await greta.store.query(lambda tx: tx.objects.replies(record.url))
    assert [reply.url for reply in shown] == [comment]
    kinds = {kind for kind, _ in await told(greta, "anne")}
    assert {"mention", "like", "share"} <= kinds


async def test_a_withdrawn_experience_goes_everywhere(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    record = await publish(greta, "anne")
    await network.settle()
    await withdraw(greta.outbox, await greta.person("anne"), record)
    await network.settle()
    for node in (greta, cfa):
        assert await found(node, record.url, None) is None
        row = await node.object(record.url)
        assert row is not None
        assert row.deleted_at is not None
        assert await fields_of(node, row.id) == "{}"
        for table in ("experience_authors", "experience_facets"):
            assert await node.count(table) == 0


async def test_a_co_author_elsewhere_is_told_and_listed(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    zoe = await cfa.person("zoe")
    role = FULL.contributors[0].role
    together = replace(PLAIN, contributors=(Contributor("zoe@cfa.example", role),))
    record = await publish(greta, "anne", together)
    await network.settle()
    there = await found(cfa, record.url, "zoe")
    assert there is not None
    assert [(c.url, c.role) for c in there.contributors] == [(zoe.url, role)]
    assert there.contributors[0].actor is not None
    assert await told(cfa, "zoe") == [("coauthor", record.url)]
    listed = await cfa.store.query(lambda tx: tx.experiences.of_author(zoe.url))
    assert listed == [there.record.id]


async def test_a_co_author_who_comes_later_hears_of_it_too(
    network: Network, greta: LocalNode
) -> None:
    lycee = await network.node("lycee")
    zoe, yves = await lycee.person("zoe"), await greta.person("yves")
    record = await publish(greta, "anne")
    await network.settle()
    network.clock.pass_by(60)
    both = (Contributor(zoe.url), Contributor(yves.url))
    await change(greta, "anne", record, contributors=both)
    await network.settle()
    assert await told(lycee, "zoe") == [("coauthor", record.url)]
    assert await told(greta, "yves") == [("coauthor", record.url)]
    there = await found(lycee, record.url)
    assert there is not None
    assert [c.url for c in there.contributors] == [zoe.url, yves.url]


async def test_a_co_author_whom_nobody_knows_is_refused(greta: LocalNode) -> None:
    together = replace(PLAIN, contributors=(Contributor("https://nowhere.example/users/x"),))
    with pytest.raises(ActRefused) as refused:
        await publish(greta, "anne", together)
    assert refused.value.code == "no-coauthor"
    assert await greta.count("experiences") == 0


async def test_what_is_done_beside_undoes_the_publication_when_it_fails(greta: LocalNode) -> None:
    async def refuse(_tx: Tx, _record: ObjectRecord) -> None:
        raise ActRefused(409, "changed", "Somebody was faster.")

    with pytest.raises(ActRefused):
        await publish(greta, "anne", also=refuse)
    assert await greta.count("experiences") == await greta.count("activities") == 0


async def test_an_import_keeps_its_date_and_tells_nobody(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    bob = await cfa.person("bob")
    together = replace(PLAIN, contributors=(Contributor(bob.url),))
    recent = await publish(greta, "anne", replace(PLAIN, title="Récente"))
    await network.settle()
    old = 1_500_000_000_000
    record = await publish(greta, "anne", together, published_at=old, quiet=True)
    sent = len(network.wires.log)
    await network.settle()
    assert len(network.wires.log) == sent
    assert await cfa.object(record.url) is None
    assert record.published_at == old
    anne = await greta.person("anne")
    assert await greta.home("anne") == [recent.url]
    outbox = await greta.store.query(lambda tx: tx.activities.outbox(anne.id))
    created = [activity.object_url for activity in outbox if activity.type == "Create"]
    assert created == [recent.url, record.url]
    shown = await greta.store.query(lambda tx: tx.objects.local_public())
    assert [row.url for row in shown] == [recent.url, record.url]
    there = await cfa.outbox.objects.visible(record.url, bob)
    assert there.published_at == old


async def test_a_reader_publishes_no_experience(greta: LocalNode) -> None:
    anne = await greta.person("anne")
    await greta.store.write(lambda tx: tx.members.set_role(anne.id, "reader"))
    with pytest.raises(ActRefused) as refused:
        await publish(greta, "anne")
    assert (refused.value.status, refused.value.code) == (403, "role-required")


async def test_mastodon_gets_title_summary_link_and_hashtags(
    network: Network, greta: LocalNode
) -> None:
    await load_bundled(greta.store, greta.clock.ms)
    fan = network.wires.person("https://mastodon.example/users/fan")
    follow: Json = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{fan.url}#follow",
        "type": "Follow",
        "actor": fan.url,
        "object": (await greta.person("anne")).url,
    }
    await greta.receive(fan, follow)
    record = await publish(greta, "anne")
    await network.settle()
    sent = [a for a in network.wires.delivered(f"{fan.url}/inbox") if a["type"] == "Create"]
    article = sent[0]["object"]
    assert (article["type"], article["name"], article["url"]) == ("Article", TITLE, record.url)
    assert 0 < len(article["summary"]) <= 500
    assert article["to"] == [PUBLIC] == sent[0]["to"]
    assert article["cc"] == [f"{(await greta.person('anne')).url}/followers"]
    assert article["attributedTo"] == sent[0]["actor"]
    tags = [tag for tag in article["tag"] if tag["type"] == "Hashtag"]
    assert tags
    assert all(tag["name"].startswith("#") and tag["href"] for tag in tags)
    assert article["preview"]["type"] == "Note"
    assert TITLE in article["preview"]["content"]
    assert article["source"]["mediaType"] == "text/markdown"
    assert sent[0]["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    posted = [s for s in network.wires.log if s.url == f"{fan.url}/inbox"]
    headers = {name.lower() for name in posted[-1].headers}
    assert {"signature", "digest"} <= headers or {"signature", "content-digest"} <= headers


async def test_articles_of_others_stay_plain_articles(greta: LocalNode, network: Network) -> None:
    writer = network.wires.person("https://blog.example/users/writer")
    await greta.befriend("anne", writer)
    article = note(writer, "Un billet", type="Article", name="Un billet")
    tube = "https://blog.example/channels/tube"
    film = note(writer, "Un film", type="Video", name="Film", attributedTo=[
        {"type": "Person", "id": writer.url}, {"type": "Group", "id": tube},
    ])  # fmt: skip
    for document in (article, film):
        assert await greta.receive(writer, create(writer, document)) == "done"
        assert await greta.object(document["id"]) is not None
    assert await greta.count("experiences") == 0


async def test_the_reach_may_grow_and_not_shrink(
    network: Network, greta: LocalNode, cfa: LocalNode
) -> None:
    await belongs(greta, cfa)
    await belongs(cfa, greta)
    record = await publish(greta, "anne", replace(PLAIN, reach="organisation"))
    await network.settle()
    assert await cfa.object(record.url) is None
    network.clock.pass_by(60)
    record = await change(greta, "anne", record, reach="network")
    await network.settle()
    there = await cfa.object(record.url)
    assert there is not None
    assert there.visibility == "network"
    assert await found(cfa, record.url) is None
    network.clock.pass_by(60)
    record = await change(greta, "anne", record, reach="public")
    await network.settle()
    assert await found(cfa, record.url) is not None
    assert (await greta.home("anne")).count(record.url) == 1
    with pytest.raises(ActRefused) as refused:
        await change(greta, "anne", record, reach="network")
    assert refused.value.code == "reach-narrower"


async def test_what_is_for_the_network_reaches_its_members_without_a_follow(
    network: Network, greta: LocalNode
) -> None:
    lycee, other = await network.node("lycee"), await network.node("other")
    await belongs(greta, lycee)
    await belongs(lycee, greta)
    await other.person("oscar")
    await other.ask_to_follow("oscar", "anne@greta.example")
    await network.settle()
    record = await publish(greta, "anne", replace(PLAIN, reach="network"))
    await network.settle()
    there = await found(lycee, record.url, "lycee")
    assert there is not None
    assert there.experience.reach == "network"
    assert Document(orjson.loads(there.record.document)).ids("to") == (NETWORK,)
    assert await other.object(record.url) is None
    assert from_json(await fields_of(lycee, there.record.id)).title == TITLE


async def test_public_experiences_reach_the_network_without_a_follow_and_notes_do_not(
    network: Network, greta: LocalNode
) -> None:
    lycee = await network.node("lycee")
    await belongs(greta, lycee)
    record = await publish(greta, "anne")
    post = await greta.write("anne", "Bonjour")
    await network.settle()
    assert await lycee.object(record.url) is None
    await belongs(lycee, greta)
    later = await publish(greta, "anne", replace(PLAIN, title="Plus tard"))
    await network.settle()
    assert await found(lycee, later.url) is not None
    assert await lycee.object(post) is None
    assert await lycee.home("lycee") == []
    network.clock.pass_by(60)
    await change(greta, "anne", later, title="Corrigée")
    await network.settle()
    now = await found(lycee, later.url)
    assert now is not None
    assert now.experience.title == "Corrigée"


async def test_members_of_the_network_answer_and_thank(network: Network, greta: LocalNode) -> None:
    lycee = await network.node("lycee")
    await belongs(greta, lycee)
    await belongs(lycee, greta)
    record = await publish(greta, "anne", replace(PLAIN, reach="network"))
    await network.settle()
    reader = await lycee.person("lycee")
    seen = await lycee.outbox.objects.visible(record.url, reader)
    await find_useful(lycee.outbox, reader, seen)
    comment = await lycee.write("lycee", "Merci !", reply_to=record.url)
    await network.settle()
    after = await greta.object(record.url)
    answer = await greta.object(comment)
    assert after is not None
    assert answer is not None
    assert (after.likes_count, after.replies_count, answer.visibility) == (1, 1, "network")
    assert {kind for kind, _ in await told(greta, "anne")} == {"like", "mention"}
