"""`/timeline`: what the people and organisations followed published; the network's experiences."""

from dataclasses import dataclass

from quart import Blueprint, Response, request

from objects.vocabularies.names import MODALITY, concept_uri
from storage.concepts import Concept
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.workspace.cards import Card, cards_of, cards_of_objects
from web.workspace.paging import PAGE, Page, before

SCOPES = ("followed", "network")


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of a timeline with the concepts that it names."""

    page: Page[Card]
    concepts: dict[str, Concept]
    modalities: list[Concept]


async def followed(
    tx: Tx, viewer: ActorRecord, *, experiences: bool, modality: str, start: int | None
) -> Lines:
    """What came from those whom a member follows, latest first."""
    lines = await tx.timelines.home(
        viewer.id, experiences=experiences, modality=modality, before=start, limit=PAGE + 1
    )
    found = await cards_of(tx, viewer, lines[:PAGE])
    following = lines[PAGE - 1][0] if len(lines) > PAGE else None
    modalities = await tx.concepts.of_scheme(MODALITY)
    return Lines(Page(found.cards, following), found.concepts, modalities)


async def network(tx: Tx, viewer: ActorRecord, *, modality: str, start: int | None) -> Lines:
    """Every experience of the network that reached this node, latest first."""
    ids = await tx.timelines.experiences(modality=modality, before=start, limit=PAGE + 1)
    found = await cards_of_objects(tx, viewer, ids[:PAGE])
    following = ids[PAGE - 1] if len(ids) > PAGE else None
    modalities = await tx.concepts.of_scheme(MODALITY)
    return Lines(Page(found.cards, following), found.concepts, modalities)


def add_timeline_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/timeline?scope=followed|network&kind=experiences&modality=afest&before=…`."""

    @blueprint.get("/timeline")
    async def timeline() -> Response:
        signed = await context.sessions.required("reader")
        viewer = signed.actor
        asked = request.args.get("scope", "")
        scope = asked if asked in SCOPES else "followed" if viewer.following_count else "network"
        notation = request.args.get("modality", "")[:100]
        modality = concept_uri(MODALITY, notation) if notation else ""
        only = bool(modality) or request.args.get("kind") == "experiences"
        start = before()

        async def operation(tx: Tx) -> Lines:
            if scope == "network":
                return await network(tx, viewer, modality=modality, start=start)
            return await followed(tx, viewer, experiences=only, modality=modality, start=start)

        lines = await context.store.query(operation)
        return await context.renderer.render(
            "workspace/timeline.html",
            index=False,
            lines=lines,
            concepts=lines.concepts,
            scope=scope,
            only=only or scope == "network",
            notation=notation,
            start=start,
        )
