"""`project offers`, `approve`, `reject`: what members propose, and what the leads decide."""

from typing import Annotated, Any

import orjson
import typer

from actors.documents import wire_time
from federation.documents import Document
from node.commands.project_shared import ProjectName, Who, stand_before
from node.commands.shared import AsJson, local_actor, show_json, with_node
from node.services import Services
from objects.projects.membership import steers
from objects.projects.offers import reason_of
from outbox.acts.projects.offers import decide_offer
from storage.project_offers import OfferRecord
from storage.records import ActorRecord

OfferUrl = Annotated[str, typer.Argument(metavar="OFFER_URL", help="Address of the proposal.")]
Why = Annotated[str, typer.Option(help="Why, for who proposed it.")]
STATES = ["waiting", "accepted", "rejected", "withdrawn"]


def add_offer_commands(project: typer.Typer) -> None:
    """Put these commands into the group `project`."""
    project.command("offers")(offers)
    project.command("approve")(approve)
    project.command("reject")(reject)


def offers(
    username: Who,
    project: ProjectName,
    every: Annotated[bool, typer.Option("--all", help="Also those that were answered.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is proposed to a project: to a lead everything, to others their own."""
    states = STATES if every else STATES[:1]

    async def work(services: Services) -> list[dict[str, Any]]:
        viewer, found = await stand_before(services, username, project)
        async with services.store.read() as tx:
            if found.group.local and steers(found.membership):
                made = await tx.project_offers.of_project(found.group.id, states)
            else:
                mine = await tx.project_offers.of_member(found.group.id, viewer.id)
                made = [(offer, viewer) for offer in mine if offer.state in states]
        return [_shown(*one) for one in made]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['state']:<10} {row['proposed']:<8} {row['by']}  {row['reason']}".rstrip())
        typer.echo(f"  {row['url']}")


def approve(username: Who, url: OfferUrl) -> None:
    """Do what was proposed to a project that one leads."""
    _decide(username, url, "", agreed=True)


def reject(username: Who, url: OfferUrl, reason: Why = "") -> None:
    """Say no to what was proposed to a project that one leads."""
    _decide(username, url, reason, agreed=False)


def _decide(username: str, url: str, reason: str, *, agreed: bool) -> None:
    async def work(services: Services) -> OfferRecord:
        lead = await local_actor(services, username)
        offer = await services.store.query(lambda tx: tx.project_offers.by_url(url))
        if offer is None:
            raise LookupError(f"there is no proposal {url}")
        return await decide_offer(services.outbox, lead, offer, agreed=agreed, reason=reason)

    typer.echo(f"{url} is {with_node(work).state}.")


def _shown(offer: OfferRecord, member: ActorRecord) -> dict[str, Any]:
    proposed = Document(orjson.loads(offer.document)).embedded("object") or Document({})
    return {
        "url": offer.url,
        "by": member.account,
        "state": offer.state,
        "proposed": proposed.type,
        "object": proposed.raw.get("object"),
        "reason": reason_of(offer.document),
        "answer": offer.answer,
        "created": wire_time(offer.created_at),
        "decided": wire_time(offer.decided_at) if offer.decided_at is not None else None,
    }
