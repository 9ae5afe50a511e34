"""What waits at a project for its leads: a request to join, an invitation, a proposal."""

from node.services import Services
from objects.projects.offers import MemberChange
from outbox.acts.projects.belonging import invite, join
from outbox.acts.projects.offers import make_offer
from storage.records import ActorRecord
from storage.store import Tx


async def furnish_belonging(
    services: Services, project: str, lead: ActorRecord, partner: ActorRecord
) -> dict[str, str]:
    """Let somebody ask, invite somebody, propose something; the numbers that pages need."""

    async def people(tx: Tx) -> list[ActorRecord | None]:
        found = [await tx.actors.by_id(int(project))]
        return found + [await tx.actors.local(name) for name in ("lea", "greta", "rene")]

    group, lea, greta, rene = await services.store.query(people)
    assert group is not None
    assert lea is not None
    assert greta is not None
    assert rene is not None
    await join(services.outbox, lea, group, "Je connais un lycée qui prêterait son atelier.")
    await invite(services.outbox, lead, group, greta, "observer")
    await make_offer(
        services.outbox,
        partner,
        group,
        MemberChange(person=rene.url, role="observer", message="Il connaît bien les casques."),
    )
    return {"partner": str(partner.id)}
