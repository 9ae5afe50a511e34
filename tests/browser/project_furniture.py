"""A project on the site's shelves: members, notes of every kind, a milestone, a call."""

from dataclasses import replace

from actors.keys import generate
from actors.local import ProfileChanges, update_profile
from node.services import Services
from objects.experiences.drafts import Window
from objects.experiences.fields import Indicator
from objects.notes import NoteDraft
from objects.projects.drafts import Typed, keep
from objects.projects.entries import Entry
from objects.projects.fields import Project, ProjectReach
from objects.vocabularies.names import concept_uri
from outbox.acts.create import post
from outbox.acts.projects.belonging import answer_invitation, invite
from outbox.acts.projects.decisions import Proposal, propose
from outbox.acts.projects.entries import EntryDraft, change_entry, publish_entry
from outbox.acts.projects.spaces import SpaceDraft, open_space
from outbox.acts.vote import vote
from storage.records import ActorRecord, ObjectRecord

PROJECT = Project(
    acronym="RVA",
    purpose="Des apprentis soudeurs répètent un geste **avant** l’atelier.",
    call="Appel à projets Deffinov",
    call_url="https://region.example/deffinov",
    funder="Région Normandie",
    budget=84_000,
    own_share=22,
    publics=(concept_uri("public", "apprentis"),),
    objectives=("Équiper trois ateliers", "Former dix formateurs"),
    indicators=(Indicator("Apprentis qui réussissent du premier coup", "40 %", "65 %", "Suivi"),),
    territory="50",
    territory_name="Manche",
    starts="2026-09-01",
    ends="2028-06-30",
    governance="Un comité par trimestre.",
    risks="Les casques chauffent.",
    contact="projet@greta.example",
)
NOTES: tuple[tuple[Entry, str, ProjectReach], ...] = (
    (Entry(kind="meeting", title="Réunion de lancement", happened="2026-09-08"),
     "Tous les partenaires étaient là.\n\n- calendrier adopté\n- rôles répartis", "public"),
    (Entry(kind="difficulty", title="Les casques chauffent"),
     "Au bout de **vingt minutes**, il faut les laisser refroidir.", "project"),
    (Entry(kind="decision", title="Acheter dix casques", state="proposed", quorum=3),
     "Qui est d’accord ? Le devis est de 4 200 €.", "network"),
    (Entry(kind="deliverable", title="Guide du formateur", link="https://guide.example/rv.pdf",
           licence="CC-BY-SA-4.0"), "Première version, à relire.", "public"),
    (Entry(kind="help"), "Quelqu’un a-t-il un variateur à prêter en janvier ?", "public"),
)  # fmt: skip


async def furnish_project(
    services: Services, lead: ActorRecord, partner: ActorRecord
) -> dict[str, str]:
    """Open a project with two members and write in it; the numbers that pages need."""
    draft = SpaceDraft(
        name="Réalité virtuelle en atelier",
        summary="Essayer la réalité virtuelle avec des apprentis soudeurs, dans trois ateliers.",
        project=PROJECT,
        state="running",
    )
    space = await open_space(services.outbox, lead, "rva", draft, generate())
    group = space.group
    await invite(services.outbox, lead, group, partner, "partner", "Les fiches pour formateurs.")
    await answer_invitation(services.outbox, partner, group, agreed=True)
    await _tell_territory(services)
    milestone = await _write(
        services, lead, group, Entry(kind="milestone", title="Prototype", due="2027-01-31"), ""
    )
    call = await _write(
        services, lead, group,
        Entry(kind="call", title="Cherche un tiers-lieu", due="2028-01-31",
              skills=("animation", "réalité virtuelle"), territory_name="Calvados"),
        "Pour accueillir deux journées d’essai.",
    )  # fmt: skip
    records = [
        await _write(services, author, group, replace(entry, milestone=milestone.url), text, reach)
        for author, (entry, text, reach) in zip((lead, partner) * 3, NOTES, strict=False)
    ]
    answer = NoteDraft("D’accord, mais pas avant **mars**.", visibility="network",
                       in_reply_to=records[2], markdown=True,
                       entry=Entry(kind="objection", state="raised"))  # fmt: skip
    await post(services.outbox, partner, answer)
    proposal = await propose(
        services.outbox, lead, group,
        Proposal(title="Louer un casque de plus", text="Il en **manque** un.",
                 choices=("Pour", "Contre", "Abstention"), closes="2028-01-31", quorum=2,
                 reach="public"),
    )  # fmt: skip
    objection = NoteDraft("Trop cher pour **deux** mois.", in_reply_to=proposal, markdown=True,
                          entry=Entry(kind="objection", state="raised"))  # fmt: skip
    await post(services.outbox, partner, objection)
    await vote(services.outbox, partner, proposal, "Pour")
    await change_entry(services.outbox, lead, records[0], text="Tous les partenaires étaient là.")
    for worker in (services.fanout_worker, services.inbox_worker):
        while await worker.run_once():
            pass
    return {
        "project": str(group.id),
        "note": str(records[0].id),
        "secret_note": str(records[1].id),
        "decision": str(records[2].id),
        "milestone": str(milestone.id),
        "proposal": str(proposal.id),
        "call": str(call.id),
        "lost_note": await _kept_note(services, group),
    }


async def _kept_note(services: Services, group: ActorRecord) -> str:
    """A note that somebody who does not belong to the project (any more) never published."""
    rene = await services.store.query(lambda tx: tx.actors.local("rene"))
    assert rene is not None
    typed = Typed("difficulty", "Un casque ne s’allume plus", "La batterie est **vide**.",
                  happened="2026-11-02", link="https://notice.example/casque.pdf")  # fmt: skip
    window, now = Window(0, "furniture"), services.now()
    kept = await services.store.write(lambda tx: keep(tx, rene.id, group.id, typed, window, now))
    assert kept is not None
    return str(kept.draft.record.id)


async def _write(
    services: Services,
    author: ActorRecord,
    group: ActorRecord,
    entry: Entry,
    text: str,
    reach: ProjectReach = "public",
) -> ObjectRecord:
    return await publish_entry(
        services.outbox, author, group, EntryDraft(entry=entry, text=text, reach=reach)
    )


async def _tell_territory(services: Services) -> None:
    """The organisation says where it is, for the map."""
    greta = await services.store.query(lambda tx: tx.actors.local("greta"))
    assert greta is not None
    changes = ProfileChanges(fields=(("Territoire", "Manche, Calvados"),))
    await services.store.write(lambda tx: update_profile(tx, greta, changes, services.now()))
