"""A project ends, and its notes become an experience that its author stands behind."""

from dataclasses import replace
from typing import Any

import pytest

from objects.experiences.checking import REQUIRED
from objects.experiences.drafts import Draft, Window, Writer, Written, load_draft, save
from objects.experiences.fields import Experience, Indicator
from objects.projects.blocks import EDITABLE, rewritten, stands, waiting, without
from objects.projects.closing import compose
from objects.projects.entries import Entry
from objects.projects.fields import Project
from objects.projects.material import Material, Spoken, Told
from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.names import MATURITY, MODALITY, PUBLIC, concept_uri
from outbox.acts.drafts import publish_draft
from outbox.acts.projects.belonging import remove
from outbox.acts.projects.closing import begin_experience, close_space, reopen_space
from outbox.context import ActRefused
from storage.draft_sources import SourceRecord
from storage.projects import ProjectRecord
from storage.store import Tx
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project

PROJECT = Project(
    acronym="RVA",
    purpose="Les apprentis n’osent pas souder sur de vraies pièces.",
    funder="Région Normandie",
    budget=24_000,
    publics=(concept_uri(PUBLIC, "apprentis"),),
    objectives=("Souder sans risque", "Répéter autant qu’il faut"),
    indicators=(Indicator("Apprentis formés", "0", "40"),),
    territory="50129",
    territory_name="Cherbourg-en-Cotentin",
)


def told(number: int, kind: str, text: str, day: str, **said: str) -> Told:
    entry = Entry(kind=kind, **said)  # type: ignore[arg-type]
    return Told(
        object_id=number, url=f"https://a.example/objects/{number}", entry=entry, text=text, day=day
    )


NOTES = (
    told(1, "milestone", "", "2026-03-31", title="Premier groupe", due="2026-03-31",
         state="reached"),
    told(2, "progress", "Deux casques sont arrivés.", "2026-01-15"),
    told(3, "meeting", "Nous répartissons les salles.", "2026-02-02", title="Lancement"),
    told(4, "decision", "Faut-il un troisième casque ?", "2026-03-10", title="Un casque de plus",
         state="adopted", outcome="Oui, acheté en mars.",
         milestone="https://a.example/objects/1"),
    told(5, "difficulty", "Trois apprentis ont eu la nausée.", "2026-03-12", title="Nausées"),
    told(6, "help", "Qui a un local aéré ?", "2026-02-20", title="Un local"),
    told(7, "deliverable", "Un guide de dix pages.", "2026-05-04", title="Guide du formateur",
         link="https://a.example/guide.pdf"),
)  # fmt: skip
MATERIAL = Material(
    name="Réalité virtuelle en atelier",
    summary="Essayer la réalité virtuelle avec des apprentis.",
    project=PROJECT,
    state="closed",
    reach="public",
    entries=NOTES,
    modalities=(Spoken(concept_uri(MODALITY, "presentiel"), ("les salles",)),),
    url="https://a.example/users/projet",
)


def sources_of(material: Material) -> list[SourceRecord]:
    return [
        SourceRecord(1, 2, block.field, place, block.object_id, block.text)
        for place, block in enumerate(compose(material).blocks)
    ]


def test_at_least_four_fifths_of_the_required_fields_are_filled() -> None:
    experience = compose(MATERIAL).experience
    filled = [name for name in REQUIRED if getattr(experience, name)]
    filled += ["caveats"] if experience.caveats else []
    assert len(filled) / (len(REQUIRED) + 1) >= 0.8, set(REQUIRED) - set(filled)


def test_the_same_notes_give_the_same_text() -> None:
    shuffled = replace(MATERIAL, entries=tuple(reversed(NOTES)))
    assert compose(shuffled) == compose(MATERIAL)


def test_each_kind_of_note_stands_in_its_field() -> None:
    experience = compose(MATERIAL).experience
    assert "**15 janvier 2026**\n\nDeux casques sont arrivés." in experience.approach
    assert "2 février 2026 – Réunion\u00a0: Lancement" in experience.approach
    assert "Décision adoptée\u00a0: Un casque de plus" in experience.approach
    assert "Issue\u00a0: Oui, acheté en mars." in experience.approach
    assert "Trois apprentis ont eu la nausée." in experience.caveats
    assert [(tool.name, tool.url) for tool in experience.tools] == [
        ("Guide du formateur", "https://a.example/guide.pdf")
    ]
    assert "Besoin\u00a0: Un local" in experience.context
    assert "Étape atteinte\u00a0: Premier groupe (31 mars 2026)." in experience.results


def test_steps_stand_under_their_milestone_in_the_order_of_days() -> None:
    approach = compose(MATERIAL).experience.approach
    places = [approach.index(words) for words in ("Deux casques", "Lancement", "### Premier groupe",
                                                  "Un casque de plus")]  # fmt: skip
    assert places == sorted(places)


def test_dates_money_and_maturity_come_from_the_project_or_its_notes() -> None:
    experience = compose(MATERIAL).experience
    assert (experience.starts, experience.ends) == ("2026-01-15", "2026-05-04")
    assert experience.duration == "P4M"
    assert (experience.cost_to, experience.funder) == (24_000, "Région Normandie")
    assert experience.maturity == concept_uri(MATURITY, "eprouvee")
    given = replace(MATERIAL, state="abandoned", project=replace(PROJECT, starts="2025-12-01"))
    other = compose(given).experience
    assert (other.starts, other.maturity) == ("2025-12-01", concept_uri(MATURITY, "arretee"))


def test_a_target_is_not_told_as_a_result() -> None:
    assert compose(MATERIAL).experience.indicators[0].after == "40 (visé)"


def test_every_block_stands_in_its_field_and_names_the_note_behind_it() -> None:
    composed = compose(MATERIAL)
    sources = sources_of(MATERIAL)
    assert all(stands(composed.experience, source) for source in sources)
    behind = {(source.field, source.object_id) for source in sources}
    assert {("approach", 2), ("approach", 4), ("caveats", 5), ("tools", 7), ("context", 6),
            ("results", 1), ("modalities", 3), ("title", None)} <= behind  # fmt: skip


def test_what_no_note_says_stays_empty() -> None:
    bare = Material(name="Rien", summary="", project=Project(), state="idea", reach="public",
                    entries=())  # fmt: skip
    experience = compose(bare).experience
    assert (experience.title, experience.caveats, experience.no_caveats) == ("Rien", "", False)
    assert (experience.approach, experience.modalities, experience.publics) == ("", (), ())


def test_a_text_that_the_author_changed_is_their_own() -> None:
    experience, sources = compose(MATERIAL).experience, sources_of(MATERIAL)
    changed = replace(experience, caveats="Il faut aérer.")
    assert {s.field for s in waiting(experience, sources)} - {
        s.field for s in waiting(changed, sources)
    } == {"caveats"}


@pytest.mark.parametrize("field", sorted({block.field for block in compose(MATERIAL).blocks}))
def test_a_block_left_out_takes_nothing_else_along(field: str) -> None:
    experience = compose(MATERIAL).experience
    source = next(s for s in sources_of(MATERIAL) if s.field == field)
    left = without(experience, source)
    assert not stands(left, source)
    gone = {s.position for s in sources_of(MATERIAL) if not stands(left, s)}
    assert gone == {source.position}


@pytest.mark.parametrize("field", sorted(EDITABLE & {b.field for b in compose(MATERIAL).blocks}))
def test_a_block_is_rewritten_in_its_place(field: str) -> None:
    experience = compose(MATERIAL).experience
    source = next(s for s in sources_of(MATERIAL) if s.field == field)
    changed = rewritten(experience, source, "Autrement dit.")
    assert stands(changed, replace(source, text="Autrement dit."))
    assert not stands(changed, source)


async def furnished(network: Network, reach: str = "public") -> tuple[ProjectSpace, LocalNode]:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    for node in (alpha, beta):
        await load_bundled(node.store, node.clock.ms)
    said: Any = {
        "reach": reach,
        "purpose": PROJECT.purpose,
        "objectives": ("Souder",),
        "publics": PROJECT.publics,
    }
    space = await open_project(network, alpha, **said)
    await space.invite(beta, "bruno")
    await space.write(alpha, "lea", "Le groupe vient en présentiel.", "progress")
    await space.write(beta, "bruno", "Trois nausées.", "difficulty", reach="project")
    await space.write(alpha, "lea", "Un guide.", "deliverable", title="Guide",
                      link="https://a.example/guide")  # fmt: skip
    await network.settle()
    return space, beta


async def record_of(node: LocalNode, space: ProjectSpace) -> ProjectRecord:
    group = await space.group(node)
    found = await node.store.query(lambda tx: tx.projects.by_id(group.id))
    assert found is not None
    return found


async def confirm_all(node: LocalNode, draft: Draft) -> None:
    async def operation(tx: Tx) -> None:
        for source in await tx.draft_sources.of_draft(draft.record.id):
            await tx.draft_sources.confirm(source, source.text)

    await node.store.write(operation)


async def test_members_and_followers_elsewhere_hear_that_it_ended(network: Network) -> None:
    space, beta = await furnished(network)
    lead = await space.host.person("lea")
    await close_space(space.host.outbox, lead, await space.group(space.host), "closed")
    await network.settle()
    assert (await record_of(beta, space)).state == "closed"
    assert (await record_of(beta, space)).closed_at is not None
    with pytest.raises(ActRefused, match="ended"):
        await space.write(beta, "bruno", "Encore un mot.")


async def test_what_has_ended_is_not_told_twice(network: Network) -> None:
    space, _ = await furnished(network)
    lead, group = await space.host.person("lea"), await space.group(space.host)
    await close_space(space.host.outbox, lead, group, "closed")
    told = await space.host.count("activities")
    with pytest.raises(ActRefused, match="is closed already"):
        await close_space(space.host.outbox, lead, group, "closed")
    assert await space.host.count("activities") == told
    await close_space(space.host.outbox, lead, group, "abandoned")
    assert await space.host.count("activities") == told + 1


async def test_a_lead_takes_it_up_again(network: Network) -> None:
    space, beta = await furnished(network)
    lead, group = await space.host.person("lea"), await space.group(space.host)
    with pytest.raises(ActRefused, match="has not ended"):
        await reopen_space(space.host.outbox, lead, group)
    await close_space(space.host.outbox, lead, group, "abandoned")
    await reopen_space(space.host.outbox, lead, group)
    await network.settle()
    assert (await record_of(beta, space)).state == "running"
    await space.write(beta, "bruno", "Nous reprenons.")


async def test_only_leads_end_it(network: Network) -> None:
    space, _ = await furnished(network)
    other = await space.host.person("paul")
    with pytest.raises(ActRefused, match="lead the project"):
        await close_space(space.host.outbox, other, await space.group(space.host), "closed")


async def test_a_partner_elsewhere_writes_about_it_from_what_they_may_read(
    network: Network,
) -> None:
    space, beta = await furnished(network)
    bruno = await beta.person("bruno")
    draft = await begin_experience(beta.outbox, Writer(bruno, False, None), await space.group(beta))
    e = draft.experience
    assert "Trois nausées." in e.caveats
    assert e.project == space.url
    assert e.modalities == (concept_uri(MODALITY, "presentiel"),)
    again = await begin_experience(beta.outbox, Writer(bruno, False, None), await space.group(beta))
    assert again.record.id == draft.record.id


async def test_who_belongs_to_it_no_more_writes_no_experience_of_it(network: Network) -> None:
    space, beta = await furnished(network)
    lead = await space.host.person("lea")
    bruno = await space.host.services.remote.resolve((await beta.person("bruno")).url)
    await remove(space.host.outbox, lead, await space.group(space.host), bruno)
    await network.settle()
    writer, group = Writer(await beta.person("bruno"), False, None), await space.group(beta)
    with pytest.raises(ActRefused, match="Partners"):
        await begin_experience(beta.outbox, writer, group)


async def test_it_is_published_only_once_every_block_is_confirmed(network: Network) -> None:
    space, beta = await furnished(network)
    writer = Writer(await beta.person("bruno"), False, None)
    draft = await begin_experience(beta.outbox, writer, await space.group(beta))
    with pytest.raises(ActRefused, match="Confirm every part"):
        await publish_draft(beta.outbox, draft, writer)
    await confirm_all(beta, draft)
    record = await publish_draft(beta.outbox, draft, writer)
    await network.settle()
    group = await space.group(beta)
    listed = await beta.store.query(lambda tx: tx.experiences.of_project(group.url, 0))
    assert listed == [record.id]


async def test_a_copy_that_a_second_saving_made_has_to_be_confirmed_too(network: Network) -> None:
    space, beta = await furnished(network)
    writer = Writer(await beta.person("bruno"), False, None)
    draft = await begin_experience(beta.outbox, writer, await space.group(beta))
    written = Written(replace(draft.experience, rhythm="Une fois"), {}, writer.actor.id)
    now = beta.clock.ms

    async def twice(tx: Tx) -> Draft:
        number, stale = draft.record.id, draft.record.revision
        await save(tx, number, writer, written, Window(stale, "one"), now)
        other = replace(written, experience=replace(draft.experience, rhythm="Deux fois"))
        return (await save(tx, number, writer, other, Window(stale, "two"), now)).draft

    copy = await beta.store.write(twice)
    assert copy.record.copy_of == draft.record.id
    with pytest.raises(ActRefused, match="Confirm every part"):
        await publish_draft(beta.outbox, copy, writer)


async def test_an_experience_of_a_space_for_members_alone_does_not_name_it(
    network: Network,
) -> None:
    space, beta = await furnished(network, reach="project")
    writer = Writer(await beta.person("bruno"), False, None)
    draft = await begin_experience(beta.outbox, writer, await space.group(beta))
    assert (draft.experience.project, draft.experience.reach) == (space.url, "project")
    await confirm_all(beta, draft)
    opened = replace(draft, experience=replace(draft.experience, reach="public"))
    record = await publish_draft(beta.outbox, opened, writer)
    assert record.visibility == "public"
    assert space.url not in record.document


async def test_sources_are_not_part_of_what_is_published(network: Network) -> None:
    space, beta = await furnished(network)
    writer = Writer(await beta.person("bruno"), False, None)
    draft = await begin_experience(beta.outbox, writer, await space.group(beta))
    private = [
        record.url
        for _, record in await space.entries(beta, "bruno")
        if record.visibility == "project"
    ]
    await confirm_all(beta, draft)
    record = await publish_draft(beta.outbox, draft, writer)
    assert private
    assert not [url for url in private if url in record.document]
    assert await beta.count("draft_sources") == 0


async def test_other_drafts_are_published_as_before(network: Network) -> None:
    space, beta = await furnished(network)
    del space
    writer = Writer(await beta.person("bruno"), False, None)

    async def plain(tx: Tx) -> Draft:
        from objects.experiences.drafts import start

        begun = await start(
            tx, writer, Written(Experience(title="Sans projet"), {}, writer.actor.id), beta.clock.ms
        )
        return await load_draft(tx, begun.record.id, writer)

    draft = await beta.store.write(plain)
    assert (await publish_draft(beta.outbox, draft, writer)).name == "Sans projet"
