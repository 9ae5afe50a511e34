"""What the pages of closing, of the report and of reading need: a draft, a link."""

from node.services import Services
from objects.experiences.drafts import Writer
from objects.projects.links import make_link
from objects.projects.reporting import Period
from outbox.acts.projects.closing import begin_experience
from storage.records import ActorRecord

YEAR_MS = 365 * 86_400_000


async def furnish_closing(services: Services, project: str, nour: ActorRecord) -> dict[str, str]:
    """A draft out of the project's notes, and a link through which all of them are read."""
    number, now = int(project), services.now()
    group = await services.store.query(lambda tx: tx.actors.by_id(number))
    assert group is not None
    draft = await begin_experience(services.outbox, Writer(nour, False, None), group)
    expires = now + YEAR_MS
    secret = await services.store.write(
        lambda tx: make_link(tx, group, nour, "Région", "project", Period(), expires, now)
    )
    return {"project_draft": str(draft.record.id), "reading": secret}
