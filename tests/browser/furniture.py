"""What stands on the site's shelves, so that every page has something to show."""

from dataclasses import replace
from itertools import islice

from actors.auth import issue_token
from actors.oauth.apps import Registration, checked, register
from actors.reporting import Complaint, file_complaint
from actors.sign_in.codes import HANDED_LINK, new_code
from actors.sign_in.invitations import Wanted, invite
from node.demo_experiences import experiences
from node.services import Services
from objects.announcements import Written as Told
from objects.announcements import write
from objects.experiences.drafts import Writer, Written, start
from objects.experiences.fields import Experience
from objects.notes import NoteDraft
from outbox.acts.create import post
from outbox.acts.experiences import change_experience, publish_experience
from outbox.acts.react import find_useful
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from tests.browser.belonging_furniture import furnish_belonging
from tests.browser.closing_furniture import furnish_closing
from tests.browser.event_furniture import furnish_events
from tests.browser.project_furniture import furnish_project


async def furnish(services: Services) -> dict[str, str]:
    """Publish, change, adapt, comment, report, invite; the numbers and names that pages need."""
    nour, emile = [await _person(services, name) for name in ("nour", "emile")]
    first, second, third = [one.experience for one in islice(experiences(3), 3)]
    original = await publish_experience(services.outbox, nour, first)
    changed = replace(first, summary=f"{first.summary} Mis à jour.")
    await change_experience(services.outbox, nour, original, changed)
    adapted = replace(
        second,
        adapted_from=original.url,
        adaptations="Des groupes plus petits.",
        result_here="Tout le monde a fini.",
    )
    derived = await publish_experience(services.outbox, emile, adapted)
    await _talk(services, emile, original)
    found = await services.store.write(lambda tx: _papers(tx, services, nour, third, original))
    found |= await furnish_project(services, nour, emile)
    found |= await furnish_belonging(services, found["project"], nour, emile)
    found |= await furnish_closing(services, found["project"], nour)
    found |= await furnish_events(services, found["project"], nour, emile)
    return found | {"experience": str(original.id), "derived": str(derived.id)}


async def _person(services: Services, name: str) -> ActorRecord:
    found = await services.store.query(lambda tx: tx.actors.local(name))
    assert found is not None
    return found


async def _talk(services: Services, emile: ActorRecord, original: ObjectRecord) -> None:
    comment = NoteDraft("Merci, nous allons essayer **la même chose**.", in_reply_to=original)
    await post(services.outbox, emile, comment)
    await find_useful(services.outbox, emile, original)


async def _papers(
    tx: Tx, services: Services, nour: ActorRecord, third: Experience, original: ObjectRecord
) -> dict[str, str]:
    """A draft, a report, an invitation, an announcement, an app with a token."""
    now, identifiers = services.now(), services.identifiers
    written = Written(third, {}, nour.id)
    draft = await start(tx, Writer(nour, False, None), written, now)
    complaint = Complaint(original.url, "person", "Ma photo y est, sans mon accord.", "")
    report = await file_complaint(tx, identifiers, complaint, now)
    sent, _ = await invite(tx, "lea", [Wanted("ada@example.org", "Ada")], now)
    link = await new_code(tx, HANDED_LINK, now, actor_id=nour.id)
    told = Told("Le site est fermé lundi. @nour #numérique", now, now + 9_000_000)
    announcement = await write(tx, "lea", told, now, publish=True)
    asked = Registration(
        "Tusky", ("tusky://back",), "read write admin:read push", "https://a.example"
    )
    app = (await register(tx, checked(asked), now)).record
    await issue_token(tx, nour.id, "read write", "Tusky", now, app_id=app.id)
    return {
        "app": app.client_id,
        "draft": str(draft.record.id),
        "announcement": str(announcement.id),
        "report": str(report.id),
        "receipt": report.receipt,
        "invitation": sent[0].code,
        "link": link,
        "origin": identifiers.origin,
        "actor": str(nour.id),
    }
