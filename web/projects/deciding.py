"""What leads decide about members, where the project lives or from their own site.

A lead whose project lives elsewhere proposes it to the project, which does it at once because a
lead asks. What other partners propose waits on the page of members for a lead to agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from objects.projects.entries import end_of, entry_properties
from objects.projects.facts import is_concept
from objects.projects.fields import Role
from objects.projects.membership import steers
from objects.projects.offers import (
    EntryChange,
    EntryEnd,
    MemberChange,
    MemberEnd,
    NewEntry,
    Proposal,
    from_text,
)
from outbox.acts.projects.belonging import (
    answer_request,
    change_role,
    invite,
    remove,
    withdraw_invitation,
)
from outbox.acts.projects.offers import decide_offer, make_offer, withdraw_offer
from storage.project_offers import OfferRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.desk import Space

FACTS: Final = (
    "name", "cmt:state", "cmt:due", "cmt:responsible", "cmt:link", "cmt:skill", "cmt:territoryName",
)  # fmt: skip
"""What pages tell of a proposed milestone or call, in this order."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as a page shows it: what it would do (`does`), and with whom or what.

    `facts` are what an entry would say: a wire term and its value, of a day its moment.
    """

    offer: OfferRecord
    by: ActorRecord
    does: str
    title: str = ""
    person: ActorRecord | None = None
    role: str = ""
    said: str = ""
    facts: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of leads; each gives whether it was sent on to another site."""

    context: WebContext

    def may(self, found: Space) -> bool:
        """Whether the viewer leads the project."""
        return steers(found.membership)

    async def invite(self, found: Space, person: ActorRecord, role: Role, message: str) -> bool:
        """Invite somebody. Raises `ActRefused`."""
        outbox, lead = self.context.outbox, found.member
        if found.group.local:
            await invite(outbox, lead, found.group, person, role, message)
            return False
        proposal = MemberChange(person=person.url, role=role, message=message)
        return await self._propose(found, proposal)

    async def change(self, found: Space, person: ActorRecord, role: Role, engagement: str) -> bool:
        """Give a member another role, and say what they do. Raises `ActRefused`."""
        outbox, lead = self.context.outbox, found.member
        if found.group.local:
            await change_role(outbox, lead, found.group, person, role, engagement)
            return False
        change = MemberChange(person=person.url, role=role, message=engagement)
        return await self._propose(found, change)

    async def act(
        self, found: Space, person: ActorRecord, act: str, role: Role, reason: str
    ) -> bool:
        """Withdraw, accept, decline or remove. Raises `ActRefused`."""
        outbox, lead, group = self.context.outbox, found.member, found.group
        if not group.local:
            change = MemberChange(person=person.url, role=role)
            return await self._propose(
                found, change if act == "accept" else MemberEnd(person=person.url)
            )
        if act == "withdraw":
            await withdraw_invitation(outbox, lead, group, person)
        elif act == "remove":
            await remove(outbox, lead, group, person)
        else:
            await answer_request(
                outbox, lead, group, person, agreed=act == "accept", role=role, reason=reason
            )
        return False

    async def decide(self, found: Space, offer_id: int, *, agreed: bool, reason: str) -> None:
        """Agree to a proposal or not. Raises `ActRefused`, `LookupError` for none of this one."""
        offer = await self.context.store.query(lambda tx: tx.project_offers.by_id(offer_id))
        if offer is None or offer.project_id != found.group.id:
            raise LookupError("no such proposal")
        await decide_offer(self.context.outbox, found.member, offer, agreed=agreed, reason=reason)

    async def proposals(self, found: Space) -> list[Proposed]:
        """What waits for the leads, where the project lives; nothing for others."""
        if not (found.group.local and self.may(found)):
            return []

        async def look(tx: Tx) -> list[Proposed]:
            return await _read(tx, await tx.project_offers.of_project(found.group.id, ["waiting"]))

        return await self.context.store.query(look)

    async def own(self, found: Space) -> list[Proposed]:
        """What the viewer proposed to the project, latest first."""
        if found.viewer is None or not found.is_member:
            return []
        viewer = found.viewer

        async def look(tx: Tx) -> list[Proposed]:
            offers = await tx.project_offers.of_member(found.group.id, viewer.id)
            return await _read(tx, [(offer, viewer) for offer in offers])

        return await self.context.store.query(look)

    async def take_back(self, found: Space, offer_id: int) -> None:
        """Withdraw what the viewer proposed. Raises `ActRefused`, `LookupError`."""
        offer = await self.context.store.query(lambda tx: tx.project_offers.by_id(offer_id))
        if offer is None or offer.project_id != found.group.id or found.viewer is None:
            raise LookupError("no such proposal")
        await withdraw_offer(self.context.outbox, found.viewer, offer)

    async def _propose(self, found: Space, proposal: Proposal) -> bool:
        await make_offer(self.context.outbox, found.member, found.group, proposal)
        return True


async def _read(tx: Tx, offers: Sequence[tuple[OfferRecord, ActorRecord]]) -> list[Proposed]:
    """Proposals with those who made them, as pages show them."""
    read = [(offer, by, from_text(offer.document)) for offer, by in offers]
    named = [p.person for _, _, p in read if isinstance(p, MemberChange | MemberEnd)]
    named += [str(terms_of(p).get("cmt:responsible") or "") for _, _, p in read]
    people = await tx.actors.by_urls([url for url in named if url])
    urls = [p.url for _, _, p in read if isinstance(p, EntryChange | EntryEnd)]
    objects = {o.url: o.name for o in (await tx.objects.by_urls(urls)).values()}
    return [_shown(offer, by, p, people, objects) for offer, by, p in read]


def _shown(
    offer: OfferRecord,
    by: ActorRecord,
    proposal: Proposal,
    people: dict[str, ActorRecord],
    titles: dict[str, str],
) -> Proposed:
    match proposal:
        case NewEntry():
            entry, facts = proposal.entry, _facts(proposal, people)
            does = f"new-{entry.kind}"
            return Proposed(offer, by, does, entry.title, said=proposal.text, facts=facts)
        case EntryChange():
            title, text = titles.get(proposal.url, ""), proposal.text or ""
            facts = _facts(proposal, people)
            return Proposed(offer, by, "entry-change", title, said=text, facts=facts)
        case EntryEnd():
            return Proposed(offer, by, "entry-end", titles.get(proposal.url, ""))
        case MemberChange():
            person = people.get(proposal.person)
            return Proposed(
                offer, by, "member-change", proposal.person, person, proposal.role, proposal.message
            )
        case MemberEnd():
            return Proposed(offer, by, "member-end", proposal.person, people.get(proposal.person))
    return Proposed(offer, by, "space-change")


def terms_of(proposal: Proposal) -> Mapping[str, Any]:
    """What a proposal says of a milestone or a call, by wire terms; of a new one without title."""
    match proposal:
        case NewEntry():
            said = entry_properties(proposal.entry)
            return {name: said[name] for name in FACTS if name != "name" and name in said}
        case EntryChange():
            return proposal.said
    return {}


def _facts(
    proposal: Proposal, people: Mapping[str, ActorRecord]
) -> tuple[tuple[str, str | int], ...]:
    said, found = terms_of(proposal), []
    for term in FACTS:
        value = said.get(term)
        if term == "cmt:due":
            value = end_of(str(value or ""))
        elif term == "cmt:responsible" and isinstance(value, str) and value in people:
            value = people[value].name or people[value].username
        elif isinstance(value, list):
            value = ", ".join(str(one) for one in value if not is_concept(str(one)))
        if value:
            found.append((term, value if isinstance(value, int) else str(value)))
    return tuple(found)
