"""Who may propose something to a project, and who need not wait for a lead's word."""

from federation.documents import Document
from objects.projects.entries import STATES, Entry, entry_of, entry_properties
from objects.projects.fields import ENDED
from objects.projects.membership import NotAllowed, is_member, publishes, steers
from objects.projects.offers import EntryChange, NewEntry, Proposal, not_offered
from storage.projects import MembershipRecord, ProjectRecord


def done_at_once(
    project: ProjectRecord,
    membership: MembershipRecord | None,
    person_url: str,
    proposal: Proposal,
    entry: Entry | None = None,
) -> bool:
    """Whether what somebody proposes is done at once, or waits for a lead (False).

    A lead decides everything; who is responsible for a milestone (`entry`: what it says now)
    decides about its state; other partners propose. Raises `NotAllowed` for everybody else.
    """
    if not is_member(membership):
        raise NotAllowed("not-a-member", "Only members of the project propose something.")
    if isinstance(proposal, NewEntry) and project.state in ENDED:
        detail = "The project has ended: nothing more is added to it."
        raise NotAllowed("project-ended", detail, 409)
    if steers(membership) or _answers_for(person_url, proposal, entry):
        return True
    if not publishes(membership):
        raise NotAllowed("observer", "Observers read and comment; they propose nothing.")
    return False


def _answers_for(person_url: str, proposal: Proposal, entry: Entry | None) -> bool:
    """Whether somebody only says how far the milestone is that they are responsible for."""
    if entry is None or entry.kind != "milestone" or not isinstance(proposal, EntryChange):
        return False
    state_alone = set(proposal.said) == {"cmt:state"} and proposal.text is None
    return state_alone and entry.responsible == person_url


def changed_entry(before: Entry, proposal: EntryChange) -> Entry:
    """An entry as a change makes it. Raises `NotAllowed` for a state that it cannot have."""
    state = proposal.said.get("cmt:state")
    if state is not None and state not in STATES.get(before.kind, ()):
        raise not_offered(f"{str(state)[:40]!r} is no state of a {before.kind}.")
    said = {n: v for n, v in (entry_properties(before) | proposal.said).items() if v is not None}
    return entry_of(Document(said))
