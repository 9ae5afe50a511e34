"""Events on the site's shelves: one to come, one of a project for its members, one that is over."""

from node.services import Services
from objects.events.fields import Event
from outbox.acts.events.attending import join_event, note_attendances
from outbox.acts.events.publishing import EventDraft, cancel_event, publish_event
from storage.records import ActorRecord, ObjectRecord

DAY_MS = 86_400_000


async def furnish_events(
    services: Services, project: str, nour: ActorRecord, emile: ActorRecord
) -> dict[str, str]:
    """Announce events and register people; the numbers that pages need."""
    outbox = services.outbox
    start = outbox.now() // 3_600_000 * 3_600_000 + 3 * DAY_MS
    group = await services.store.query(lambda tx: tx.actors.by_id(int(project)))
    assert group is not None

    async def announce(
        title: str, begin: int, group: ActorRecord | None = None, **more: str | int
    ) -> ObjectRecord:
        event = Event(
            title=title,
            starts_at=begin,
            ends_at=begin + 3 * 3_600_000,
            timezone="Europe/Paris",
            place="Maison de la formation",
            street="1 rue du Port",
            postal_code="14000",
            locality="Caen",
            category="LEARNING",
            **more,  # type: ignore[arg-type]  # the fields of an event
        )
        text = "Venez essayer les **casques**.\n\n- accueil à 9 h\n- repas partagé"
        draft = EventDraft(event=event, text=text, language="fr", reach=None)
        return await publish_event(outbox, nour, draft, group)

    event = await announce("Atelier ouvert : la réalité virtuelle", start, max_attendees=12)
    asked = await announce("Visite sur demande", start + DAY_MS, joining="restricted")
    inside = await announce(
        "Réunion des partenaires", start + 2 * DAY_MS, group, online_url="https://visio.example/a"
    )
    called_off = await announce("Salon reporté", start + 3 * DAY_MS)
    await announce("Journée passée", start - 30 * DAY_MS)
    await cancel_event(outbox, nour, called_off)
    for record in (event, asked):
        await join_event(outbox, emile, record, "J’apporte deux casques.")
    await note_attendances(outbox, nour, event, {emile.id: (True, "venu avec un collègue")})
    return {
        "event": str(event.id),
        "asked_event": str(asked.id),
        "project_event": str(inside.id),
        "cancelled_event": str(called_off.id),
    }
