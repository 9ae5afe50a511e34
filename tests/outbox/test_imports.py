"""Importing for real: dates, quiet, no doubles, drafts, pictures, authors."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from objects.experiences.fields import Experience, from_json
from objects.experiences.reading import load
from objects.importing.report import Item, Picture, Report
from objects.media import MediaLimits
from objects.vocabularies.bundle import load_bundled
from outbox.acts.imports import Importer, Wishes
from storage.records import ActorRecord
from storage.store import Tx
from tests.support.fediverse import LocalNode

LONG_AGO = 1_457_780_400_000
WHOLE = {
    "titre": "Atelier vidéo", "résumé": "Des stagiaires filment.", "contexte": "Le besoin.",
    "publics": "Apprentis", "objectifs": "Filmer", "modalités": "Hybride",
    "déroulé": "Trois temps.",
    "résultats": "Bien.", "difficultés": "aucune", "maturité": "éprouvée", "thèmes": "AFEST",
}  # fmt: skip
ITEM = Item(identity="1", where="2", values=WHOLE, published_at=LONG_AGO)
PICTURE = Picture(path="a.png", description="Un carré rouge")


def png() -> bytes:
    """A small picture."""
    written = io.BytesIO()
    Image.new("RGB", (64, 64), "#aa3322").save(written, "PNG")
    return written.getvalue()


@pytest.fixture
async def greta(node: LocalNode) -> ActorRecord:
    """The organisation, on a node with its vocabularies."""
    await load_bundled(node.store, node.clock.ms)
    return node.people["greta"]


async def run(
    node: LocalNode,
    items: Iterable[Item],
    files: Mapping[str, bytes] | None = None,
    **wishes: Any,
) -> Report:
    """Import items as CSV in the name of greta, unless the wishes say otherwise."""
    beside = files or {}
    services = node.services
    chosen: dict[str, Any] = {"kind": "csv", "author": node.people["greta"]} | wishes
    whole = Wishes(**chosen)
    limits = MediaLimits(1_000_000, 10_000_000)
    importer = Importer(services.outbox, services.files, limits, services.client, whole, beside.get)
    return await importer.run(items)


async def drafts(node: LocalNode) -> list[Experience]:
    """Every draft, oldest first."""

    async def operation(tx: Tx) -> list[Experience]:
        rows = await tx.connection.fetch_all("select fields from drafts order by id")
        return [from_json(row[0]) for row in rows]

    return await node.store.query(operation)


async def test_an_experience_is_published_at_its_old_date_and_nobody_is_told(
    node: LocalNode, greta: ActorRecord
) -> None:
    follower = node.wires.person("https://mastodon.example/users/alice")
    await node.receive(follower, {
        "@context": "https://www.w3.org/ns/activitystreams", "type": "Follow",
        "id": f"{follower.url}/follow", "actor": follower.url, "object": greta.url,
    })  # fmt: skip
    while await node.services.fanout_worker.run_once():
        pass
    waiting = await node.count("deliveries")
    report = await run(node, [ITEM])
    (outcome,) = report.outcomes
    assert (outcome.state, outcome.published_at) == ("published", LONG_AGO)
    record = await node.object(outcome.url)
    assert record is not None
    assert record.published_at == LONG_AGO
    stored = await node.store.query(lambda tx: load(tx, record.id, None))
    assert stored is not None
    assert stored.experience.title == "Atelier vidéo"
    assert stored.experience.no_caveats
    assert not await node.services.fanout_worker.run_once()
    assert await node.count("deliveries") == waiting


async def test_a_second_run_and_a_line_given_twice_make_no_doubles(
    node: LocalNode, greta: ActorRecord
) -> None:
    first = await run(node, [ITEM, ITEM, replace(ITEM, identity="2", values={"titre": "B"})])
    assert [o.state for o in first.outcomes] == ["published", "known", "draft"]
    changed = replace(ITEM, values=WHOLE | {"résumé": "Autre"})
    again = await run(node, [changed, replace(ITEM, identity="2", values={"titre": "B"})])
    assert [o.state for o in again.outcomes] == ["known", "known"]
    assert (await node.count("experiences"), await node.count("drafts")) == (1, 1)


async def test_a_trial_run_changes_nothing_and_says_the_same(
    node: LocalNode, greta: ActorRecord
) -> None:
    items = [replace(ITEM, pictures=(PICTURE,)), replace(ITEM, identity="2", values={"titre": "B"})]
    tables = ("experiences", "drafts", "media", "imports", "activities")
    before = [await node.count(table) for table in tables]
    trial = await run(node, items, {"a.png": png()}, dry=True, agreed=True)
    assert [await node.count(table) for table in tables] == before
    real = await run(node, items, {"a.png": png()}, agreed=True)
    assert [o.state for o in trial.outcomes] == [o.state for o in real.outcomes]
    assert [o.problems for o in trial.outcomes] == [o.problems for o in real.outcomes]


async def test_what_lacks_something_or_is_doubtful_becomes_a_draft_with_its_reasons(
    node: LocalNode, greta: ActorRecord
) -> None:
    without = {name: text for name, text in WHOLE.items() if name != "objectifs"}
    report = await run(
        node,
        [
            replace(ITEM, identity="a", values=without),
            replace(ITEM, identity="b", values=WHOLE | {"licence": "Tous droits réservés"}),
            replace(ITEM, identity="c", unfinished=True),
            replace(ITEM, identity="d", pictures=(PICTURE,)),
        ],
        {"a.png": png()},
    )
    assert {o.state for o in report.outcomes} == {"draft"}
    codes = [{(p.field, p.code) for p in o.problems} for o in report.outcomes]
    assert ("objectives", "lacks-required") in codes[0]
    assert ("licence", "unknown-licence") in codes[1]
    assert ("consent", "lacks-consent") in codes[3]
    assert [draft.title for draft in await drafts(node)] == ["Atelier vidéo"] * 4
    assert all("/drafts/" in o.url for o in report.outcomes)


async def test_pictures_are_kept_with_their_description_and_the_others_are_named(
    node: LocalNode, greta: ActorRecord
) -> None:
    pictures = (
        PICTURE,
        Picture(path="b.svg", description="Un dessin"),
        Picture(path="missing.png"),
        Picture(url="https://blog.example/c.png"),
    )
    files = {"a.png": png(), "b.svg": b"<svg onload='alert(1)'/>"}
    report = await run(node, [replace(ITEM, pictures=pictures)], files, agreed=True)
    (outcome,) = report.outcomes
    assert outcome.state == "published"
    record = await node.object(outcome.url)
    assert record is not None
    stored = await node.store.query(lambda tx: load(tx, record.id, None))
    assert stored is not None
    assert [file.description for file in stored.files] == ["Un carré rouge"]
    assert {(p.field, p.code) for p in outcome.problems} == {
        ("b.svg", "picture-refused"),
        ("missing.png", "picture-missing"),
        ("https://blog.example/c.png", "picture-not-fetched"),
    }
    assert "https://blog.example/c.png" in stored.experience.context


async def test_authors_become_the_accounts_that_were_said_others_are_named_in_the_text(
    node: LocalNode, greta: ActorRecord
) -> None:
    marie = await node.person("marie")
    report = await run(
        node,
        [
            replace(ITEM, author="Marie Lefèvre"),
            replace(ITEM, identity="2", author="Paul", published_at=None),
        ],
        people={"marie lefèvre": marie},
    )
    records = [await node.object(outcome.url) for outcome in report.outcomes]
    assert [r.actor_id for r in records if r] == [marie.id, greta.id]
    stored = await node.store.query(lambda tx: load(tx, records[1].id if records[1] else 0, None))
    assert stored is not None
    assert "Paul" in stored.experience.context


async def test_an_original_that_cannot_be_had_makes_a_draft_not_a_failure(
    node: LocalNode, greta: ActorRecord
) -> None:
    values = WHOLE | {
        "adaptée de": "https://nowhere.example/1", "adaptations": "Tout.",
        "résultat chez nous": "Bien.",
    }  # fmt: skip
    report = await run(node, [replace(ITEM, values=values)])
    (outcome,) = report.outcomes
    assert outcome.state == "draft"
    assert "refused-to-draft" in {problem.code for problem in outcome.problems}
