"""`/people`: finding, following and blocking people and organisations, here and elsewhere."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from quart import Blueprint, Response, request

from federation.errors import FederationError, Refused
from objects.choices import profile_choices
from outbox.acts.block import block_actor, mute_actor, unblock_actor, unmute_actor
from outbox.acts.follow import answer, ask, end
from storage.concepts import Concept
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.desk import space
from web.projects.known import joinable, known_project
from web.projects.listing import public_projects
from web.rendering import redirect, register_done
from web.sessions import own_path
from web.texts import mark
from web.workspace.actions import acted
from web.workspace.cards import Cards, cards_of_objects
from web.workspace.paging import PAGE, Page, before

log = logging.getLogger(__name__)

MAX_TYPED: Final = 500
TABS: Final = ("following", "followers", "blocked")

register_done(
    {
        "followed": mark("You follow this account; what it publishes appears in your news."),
        "requested": mark("Your request is sent; most accounts accept at once."),
        "unfollowed": mark("You no longer follow this account."),
        "blocked": mark("Blocked: you no longer see each other."),
        "unblocked": mark("No longer blocked."),
        "muted": mark("Hidden: what this account publishes is no longer shown to you."),
        "unmuted": mark("You see again what this account publishes."),
        "removed": mark("This person no longer follows you."),
    }
)


@dataclass(frozen=True, slots=True)
class Bond:
    """How a member and somebody else stand to each other: states of follows, or ''."""

    mine: str = ""
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """A list of people and how the viewer stands to each."""

    page: Page[ActorRecord]
    bonds: Mapping[int, Bond]


async def person_with_id(context: WebContext, actor_id: int) -> ActorRecord:
    """A living actor. Raises `Refused` 404."""
    actor = await context.store.query(lambda tx: tx.actors.by_id(actor_id))
    if actor is None or actor.state != "active" or actor.type == "Application":
        raise Refused(404, "not-found", "There is nobody here.")
    return actor


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a member of this node says of their role and of what they know well."""

    role: str
    skills: tuple[str, ...]
    concepts: dict[str, Concept]


async def knowledge_of(tx: Tx, person: ActorRecord) -> Knowledge:
    """Role and skills of a member; empty for people elsewhere, who keep theirs there."""
    chosen = await profile_choices(tx, person.id)
    named = [uri for uri in (chosen.role, *chosen.skills) if uri]
    return Knowledge(chosen.role, chosen.skills, await tx.concepts.by_uris(named))


async def bonds_of(tx: Tx, viewer: ActorRecord, people: list[ActorRecord]) -> dict[int, Bond]:
    """How a member stands to each of these; one query."""
    found = await tx.timelines.bonds(viewer.id, [person.id for person in people])
    return {number: Bond(*states) for number, states in found.items()}


async def listed(tx: Tx, viewer: ActorRecord, tab: str, start: int | None) -> People:
    """One page of those whom a member follows, is followed by, or blocks."""
    if tab == "blocked":
        people = await tx.timelines.blocked(viewer.id)
        return People(Page(people), {})
    ask_for = tx.relationships.followers if tab == "followers" else tx.relationships.following
    rows = await ask_for(viewer.id, before=start, limit=PAGE + 1)
    shown = [person for _, person in rows[:PAGE]]
    following = rows[PAGE - 1][0] if len(rows) > PAGE else None
    return People(Page(shown, following), await bonds_of(tx, viewer, shown))


async def searched(context: WebContext, viewer: ActorRecord, text: str) -> tuple[People, bool]:
    """People whose name fits, or the one with this address; whether asking elsewhere failed."""
    typed = text.strip()[:MAX_TYPED]
    failed = False
    found: list[ActorRecord] = []
    if _is_address(typed):
        try:
            found = [await context.outbox.remote.resolve(typed)]
            await known_project(context, found[0])
        except (FederationError, LookupError, ValueError) as error:
            log.info("nobody at %s: %s", typed[:200], error)
            failed = True

    async def operation(tx: Tx) -> People:
        known = await tx.timelines.people(typed, viewer.id) if typed else []
        people = list({person.id: person for person in (*found, *known)}.values())
        return People(Page(people), await bonds_of(tx, viewer, people))

    return await context.store.query(operation), failed


def _is_address(text: str) -> bool:
    if text.startswith(("https://", "http://")):
        return True
    name, _, host = text.removeprefix("@").rpartition("@")
    return bool(name) and "." in host and not any(c.isspace() for c in text)


async def project_page(context: WebContext, group: ActorRecord) -> str:
    """Where the project of a Group is read by those who may enter it; empty for others."""
    if group.type != "Group":
        return ""
    try:
        return (await space(context, group.id)).base
    except Refused:
        return ""


def add_people_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/people?who=…&tab=…` and `/people/ID`."""

    @blueprint.get("/people")
    async def people() -> Response:
        signed = await context.sessions.required("reader")
        text = request.args.get("who", "").strip()[:MAX_TYPED]
        asked = request.args.get("tab", "")
        tab = "" if text else asked if asked in TABS else TABS[0]
        start, failed = before(), False
        if text:
            found, failed = await searched(context, signed.actor, text)
        else:
            found = await context.store.query(lambda tx: listed(tx, signed.actor, tab, start))
        return await context.renderer.render(
            "workspace/people.html",
            index=False,
            found=found,
            text=text,
            tab=tab,
            failed=failed,
            start=start,
        )

    @blueprint.get("/people/<int:actor_id>")
    async def person(actor_id: int) -> Response:
        signed = await context.sessions.required("reader")
        shown = await person_with_id(context, actor_id)
        start = before()
        values = await context.store.query(lambda tx: _shown(tx, signed.actor, shown, start))
        known = await context.store.query(lambda tx: knowledge_of(tx, shown))
        project = await project_page(context, shown)
        return await context.renderer.render(
            "workspace/person.html",
            index=False,
            concepts=values["cards"].concepts | known.concepts,
            known=known,
            person=shown,
            project=project,
            fields=orjson.loads(shown.fields),
            joinable=await joinable(context, shown),
            start=start,
            **values,
        )


async def _shown(
    tx: Tx, viewer: ActorRecord, shown: ActorRecord, start: int | None
) -> dict[str, Any]:
    """What a member sees of somebody: nothing of whoever blocks them."""
    if await tx.relationships.blocks(shown.id, viewer.id):
        nothing = {"cards": Cards((), {}), "bond": Bond(), "projects": []}
        return nothing | {"blocked": False, "muted": False}
    records = await tx.objects.of_actor(shown.id, before=start, limit=PAGE + 1)
    cards = await cards_of_objects(tx, viewer, [r.id for r in records[:PAGE]])
    ties = await tx.bonds.bonds(viewer.id, [shown.id])
    return {
        "projects": await public_projects(tx, shown),
        "cards": cards,
        "following": records[PAGE - 1].id if len(records) > PAGE else None,
        "bond": (await bonds_of(tx, viewer, [shown]))[shown.id],
        "blocked": ties[shown.id].blocking,
        "muted": ties[shown.id].muting,
    }


def add_bond_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`POST /people/ID/{follow,unfollow,remove,block,unblock,mute,unmute}`."""

    @blueprint.post("/people/<int:actor_id>/<act>")
    async def act_on_person(actor_id: int, act: str) -> Response:
        signed = await context.sessions.required("reader")
        form = await context.sessions.checked_form()
        if act not in _ACTS:
            raise Refused(404, "not-found", "There is nothing here.")
        target = await person_with_id(context, actor_id)
        await acted(_ACTS[act](context.outbox, signed.actor, target))
        done = _DONE[act]
        if act == "follow":
            follow = await context.store.query(
                lambda tx: tx.relationships.follow(signed.actor.id, target.id)
            )
            done = "followed" if follow and follow.state == "accepted" else "requested"
        return redirect(own_path(form.get("next")) or f"/people/{target.id}", done=done)


_ACTS: Final[dict[str, Any]] = {
    "follow": ask,
    "unfollow": end,
    "remove": lambda outbox, actor, asker: answer(outbox, actor, asker, agreed=False),
    "block": block_actor,
    "unblock": unblock_actor,
    "mute": mute_actor,
    "unmute": unmute_actor,
}
_DONE: Final = {
    "follow": "followed",
    "unfollow": "unfollowed",
    "remove": "removed",
    "block": "blocked",
    "unblock": "unblocked",
    "mute": "muted",
    "unmute": "unmuted",
}
