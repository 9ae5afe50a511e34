"""What a member does with a milestone or a call: a lead at once, others as a proposal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from objects.notes import source_of
from objects.projects.offers import EntryChange, EntryEnd, Proposal, from_text
from objects.text import markdown_html
from outbox.acts.projects.offers import make_offer
from storage.records import ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.desk import Space
from web.rendering import register_done
from web.texts import mark

PROPOSED: Final = "offered"

register_done(
    {
        PROPOSED: mark("Proposed: those who lead the project decide, and you are told."),
        "entry-saved": mark("Saved; the partners see it too."),
        "entry-ended": mark("Deleted here, and on the sites of the partners."),
    }
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the viewer proposed about milestones and calls, and nobody answered yet.

    `states` are proposed states by the address of an entry, empty for another change or its end;
    `new` are the titles of proposed new ones, by kind.
    """

    states: Mapping[str, str]
    new: Mapping[str, tuple[str, ...]]


async def offered(context: WebContext, found: Space, proposal: Proposal, done: str) -> str:
    """Do it or propose it; gives what to say afterwards. Raises `ActRefused`."""
    offer = await make_offer(context.outbox, found.member, found.group, proposal)
    return done if offer.state == "accepted" else PROPOSED


async def waiting_of(tx: Tx, found: Space) -> Waiting:
    """What the viewer proposed and nobody answered yet; one query."""
    states: dict[str, str] = {}
    new: dict[str, tuple[str, ...]] = {}
    if found.viewer is None or not found.is_member:
        return Waiting(states, new)
    for offer in await tx.project_offers.of_member(found.group.id, found.viewer.id):
        if offer.state != "waiting":
            continue
        match from_text(offer.document):
            case EntryChange(url=url, said=said):
                states[url] = str(said.get("cmt:state") or "")
            case EntryEnd(url=url):
                states[url] = ""
            case proposal if entry := getattr(proposal, "entry", None):
                new[entry.kind] = (*new.get(entry.kind, ()), entry.title)
    return Waiting(states, new)


def own_text(record: ObjectRecord) -> str:
    """What somebody typed for an entry, as HTML, without the lines that are added for others."""
    text, kind = source_of(record)
    return markdown_html(text, below=2) if kind == "text/markdown" else record.content
