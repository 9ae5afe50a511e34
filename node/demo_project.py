"""The project of the demonstration, on three nodes: opened, joined, written in, the same on all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from actors.keys import generate
from node.demo_filling import opened, person
from node.demo_project_texts import HANDLE, HOST, LEAD, LINES, PARTNERS, Line, Partner, space
from node.demo_steps import say, until
from node.services import Services
from objects.events.fields import Event
from objects.projects.entries import Entry
from outbox.acts.events.publishing import EventDraft, publish_event
from outbox.acts.projects.belonging import answer_invitation, change_role, invite
from outbox.acts.projects.decisions import Proposal, propose
from outbox.acts.projects.entries import EntryDraft, publish_entry
from outbox.acts.projects.spaces import open_space
from outbox.acts.vote import vote
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Stage(Protocol):
    """A node of the demonstration, as far as this part needs it."""

    @property
    def data(self) -> Path:
        """Its data directory."""

    @property
    def origin(self) -> str:
        """Where it answers."""

    def actor(self, username: str) -> str:
        """The id of somebody on it."""


@dataclass(frozen=True, slots=True)
class Played:
    """What there is to look at: the Group's id, and the entries by their names."""

    url: str
    lines: Mapping[str, str]


async def open_project(services: Services) -> str:
    """Open the project on its node; gives the Group's id."""
    now = services.now()
    pairs = await asyncio.to_thread(generate)
    draft = space(_day(now, -60), _day(now, 240))
    founder = await person(services, LEAD)
    engagement = "Coordination, deux scénarios, six casques"
    made = await open_space(services.outbox, founder, HANDLE, draft, pairs, engagement=engagement)
    return made.group.url


async def invite_partner(services: Services, url: str, partner: Partner, partner_url: str) -> None:
    """Invite somebody of another node, as the lead does it."""
    lead, group = await person(services, LEAD), await _actor(services, url)
    found = await services.remote.resolve(partner_url)
    await invite(services.outbox, lead, group, found, partner.role, "Venez essayer avec nous !")


async def agree(services: Services, url: str, partner: Partner) -> bool:
    """Agree to the invitation, once it is there; False while it is not."""
    who = await person(services, partner.who)
    state = await standing(services, url, who.url)
    if state == "invited":
        group = await _actor(services, url)
        await answer_invitation(services.outbox, who, group, agreed=True)
    return state is not None


async def note_engagement(services: Services, url: str, partner: Partner, partner_url: str) -> None:
    """Say what a partner brings, as the lead does it."""
    lead, group = await person(services, LEAD), await _actor(services, url)
    member = await _actor(services, partner_url)
    await change_role(services.outbox, lead, group, member, partner.role, partner.engagement)


async def standing(services: Services, url: str, person_url: str) -> str | None:
    """How somebody stands to the project as a node knows it."""

    async def look(tx: Tx) -> str | None:
        found = await tx.projects.by_url(url)
        who = await tx.actors.by_url(person_url)
        if found is None or who is None:
            return None
        membership = await tx.projects.membership(found[0].id, who.id)
        return membership.state if membership is not None else None

    return await services.store.query(look)


async def write(services: Services, url: str, line: Line, urls: Mapping[str, str]) -> str:
    """Write one line of the project from the node of its author; gives its address."""
    author, group = await person(services, line.who), await _actor(services, url)
    if line.votes_on:
        question = await _object(services, urls[line.votes_on])
        await vote(services.outbox, author, question, line.text)
        return ""
    if line.choices:
        return (await propose(services.outbox, author, group, _proposal(services, line))).url
    if line.starts is not None:
        return (await publish_event(services.outbox, author, _event(services, line), group)).url
    answered = await _object(services, urls[line.answers]) if line.answers else None
    draft = EntryDraft(
        entry=_entry(services, line, urls),
        text=line.text,
        reach=line.reach,
        language="fr",
        in_reply_to=answered,
    )
    return (await publish_entry(services.outbox, author, group, draft)).url


def _entry(services: Services, line: Line, urls: Mapping[str, str]) -> Entry:
    now = services.now()
    return Entry(
        kind="comment" if line.answers else line.kind,
        title=line.title,
        state=line.state,
        milestone=urls[line.milestone] if line.milestone else "",
        due="" if line.due is None else _day(now, line.due),
        happened="" if line.happened is None else _day(now, line.happened),
        link=line.link,
        licence=line.licence,
        skills=line.skills,
        territory="50" if line.skills else "",
        territory_name="Manche" if line.skills else "",
    )


def _proposal(services: Services, line: Line) -> Proposal:
    return Proposal(
        title=line.title,
        text=line.text,
        choices=line.choices,
        closes=_day(services.now(), line.due or 7),
        quorum=line.quorum,
        language="fr",
    )


def _event(services: Services, line: Line) -> EventDraft:
    day = services.now() // DAY_MS * DAY_MS + (line.starts or 0) * DAY_MS
    event = Event(
        title=line.title,
        starts_at=day + 13 * HOUR_MS,
        ends_at=day + 16 * HOUR_MS,
        timezone="Europe/Paris",
        place="Atelier du Greta",
        street="Rue de l’Exemple",
        postal_code="50100",
        locality="Cherbourg-en-Cotentin",
        country="France",
        max_attendees=24,
        category="LEARNING",
    )
    return EventDraft(event=event, text=line.text, language="fr")


async def order(services: Services, url: str, who: str) -> list[str]:
    """The entries in the order in which a member of a node reads them, the latest first.

    Those that wait for the host are left out.
    """
    viewer = await person(services, who)

    async def look(tx: Tx) -> list[str]:
        found = await tx.projects.by_url(url)
        if found is None:
            return []
        rows = await tx.project_entries.timeline(found[0].id, viewer.id, limit=1_000)
        return [record.url for entry, record in rows if entry.position]

    return await services.store.query(look)


async def page(services: Services, url: str) -> str:
    """The address of the project's pages on a node."""
    group = await _actor(services, url)
    return f"{services.identifiers.origin}/projects/{group.id}"


def play_project(nodes: Mapping[str, Stage]) -> Played:
    """Play the project on running nodes; each step waits until every partner's node has it.

    Raises `TimeoutError`, or `RuntimeError` when the nodes disagree in the end.
    """
    host = nodes[HOST]
    url: str = _with(host, open_project)
    say(f"  ✓ {LEAD:<16} ouvre le projet {url}")
    for partner in PARTNERS:
        node, partner_url = nodes[partner.node], nodes[partner.node].actor(partner.who)
        _with(host, partial(invite_partner, url=url, partner=partner, partner_url=partner_url))
        agreeing = partial(agree, url=url, partner=partner)
        until("an invitation", partial(_with, node, agreeing))
        until("a membership", partial(_is_member, [host, node], url, partner_url))
        _with(host, partial(note_engagement, url=url, partner=partner, partner_url=partner_url))
        say(f"  ✓ {partner.who:<16} rejoint le projet ({partner.role})")
    urls: dict[str, str] = {}
    for line in LINES:
        written = _with(nodes[line.node], partial(write, url=url, line=line, urls=urls))
        if line.name:
            urls[line.name] = written
            until(line.title or line.text, partial(_is_everywhere, nodes, url, written))
        say(f"  ✓ {line.who:<16} {line.said}")
    _check_agreement(nodes, url)
    return Played(url, urls)


def _with(node: Stage, work: Callable[..., Awaitable[Any]]) -> Any:
    """Do something with the services of a node, beside its process."""

    async def whole() -> Any:
        async with opened(node.data) as services:
            return await work(services)

    return asyncio.run(whole())


def _is_member(nodes: list[Stage], url: str, person_url: str) -> bool:
    asked = partial(standing, url=url, person_url=person_url)
    return all(_with(node, asked) == "member" for node in nodes)


def readers() -> dict[str, str]:
    """A member on each of the nodes."""
    return {HOST: LEAD, **{partner.node: partner.who for partner in PARTNERS}}


def _is_everywhere(nodes: Mapping[str, Stage], url: str, entry_url: str) -> bool:
    found = (
        _with(nodes[name], partial(order, url=url, who=who)) for name, who in readers().items()
    )
    return all(entry_url in entries for entries in found)


def _check_agreement(nodes: Mapping[str, Stage], url: str) -> None:
    orders = [_with(nodes[name], partial(order, url=url, who=who))
              for name, who in readers().items()]  # fmt: skip
    if any(found != orders[0] for found in orders):
        raise RuntimeError("the nodes do not agree on the order of the entries")
    say(f"  ✓ {len(orders[0])} notes, dans le même ordre sur les trois nœuds / in the same order")


def show_project(nodes: Mapping[str, Stage], played: Played) -> None:
    """Where to look at the project."""
    say("  Projet / project:")
    say(f"    {nodes[HOST].origin}/@{HANDLE}")
    for name, who in readers().items():
        say(f"    {_with(nodes[name], partial(page, url=played.url))}   ({who})")
    for name in ("decision", "appel", "atelier"):
        say(f"    {played.lines[name]}")
    say(f"    {played.lines['prive']}   (404 sauf pour les membres / but for members)")


async def _actor(services: Services, url: str) -> ActorRecord:
    found = await services.store.query(lambda tx: tx.actors.by_url(url))
    if found is None:
        raise LookupError(url)
    return found


async def _object(services: Services, url: str) -> ObjectRecord:
    found = await services.store.query(lambda tx: tx.objects.by_url(url))
    if found is None:
        raise LookupError(url)
    return found


def _day(now: int, offset: int) -> str:
    today: date = datetime.fromtimestamp(now / 1000, UTC).date()
    return (today + timedelta(offset)).isoformat()
