"""What a handler is given, and the words in which it answers."""

from dataclasses import dataclass
from typing import Any, Protocol

from actors.identifiers import Identifiers
from federation.documents import Document
from objects.events.attending import Answer
from objects.incoming import IncomingObject
from objects.projects.offers import Proposal
from storage.projects import MembershipRecord
from storage.records import ActivityRecord, ActorRecord, FollowRecord, ObjectRecord, ReceivedRecord
from storage.store import Tx


class Ignored(Exception):
    """The activity has no effect here, and need not be tried again; the text says why."""


class Violation(Ignored):
    """The activity breaks a rule of origin or ownership (SECURITY.md, rule 2)."""


class Outgoing(Protocol):
    """What handlers ask the outbox to send; each call is part of the given transaction."""

    async def accept(
        self, tx: Tx, followee: ActorRecord, follow: FollowRecord, asker: ActorRecord
    ) -> None:
        """Tell `asker` that `followee` agrees to their Follow."""

    async def follow(self, tx: Tx, follower: ActorRecord, target: ActorRecord) -> None:
        """Ask `target`, in the name of a local actor, to be followed; asking twice is no-op."""

    async def unfollow(self, tx: Tx, follower: ActorRecord, target: ActorRecord) -> None:
        """End a follow of a local actor and tell `target`, also when we know of none."""

    async def decline(
        self, tx: Tx, owner: ActorRecord, request: dict[str, Any], asker: ActorRecord
    ) -> None:
        """Tell `asker` that the local actor `owner` does not agree to a request."""

    async def let_quote(
        self, tx: Tx, owner: ActorRecord, request: dict[str, Any], asker: ActorRecord, stamp: str
    ) -> None:
        """Tell `asker` that the local actor `owner` agrees to a QuoteRequest."""

    async def show_approval(self, tx: Tx, record: ObjectRecord, approval_url: str) -> None:
        """Tell others of the leave to quote that a post of ours has, or (empty) has no more."""

    async def answer_project(
        self,
        tx: Tx,
        group: ActorRecord,
        asker: ActorRecord,
        request: dict[str, Any],
        *,
        agreed: bool,
        role: str = "",
        reason: str = "",
    ) -> None:
        """Tell `asker` that a project of ours agrees to what they asked, or why it does not."""

    async def take_offer(
        self,
        tx: Tx,
        group: ActorRecord,
        member: ActorRecord,
        url: str,
        proposal: Proposal,
        reason: str,
    ) -> tuple[str, str]:
        """Keep what `member` proposes to a project of ours, or do it at once.

        Gives `waiting`, `accepted` or `refused`, and why it was refused.
        """

    async def answer_attendance(
        self,
        tx: Tx,
        record: ObjectRecord,
        asker: ActorRecord,
        join_url: str,
        *,
        answer: Answer,
        reason: str = "",
    ) -> None:
        """Tell `asker` what becomes of their Join of an event of ours, or why nothing does."""

    async def end_memberships(self, tx: Tx, actor: ActorRecord) -> None:
        """Let somebody elsewhere who is deleted belong to no project any more."""

    async def end_project(self, tx: Tx, group: ActorRecord) -> None:
        """Let nobody here belong to a project elsewhere that was deleted, and tell them."""

    async def tell_joined(
        self, tx: Tx, group: ActorRecord, membership: MembershipRecord, person: ActorRecord
    ) -> None:
        """Tell the members of a project of ours that somebody belongs to it, in which role."""

    async def renew_leads(self, tx: Tx, group: ActorRecord) -> None:
        """Let the profile of a project of ours name those who lead it now."""

    async def tell_gone(self, tx: Tx, group: ActorRecord, person: ActorRecord) -> None:
        """Tell the members of a project of ours that somebody belongs to it no more."""

    async def welcome(self, tx: Tx, group: ActorRecord, newcomer: ActorRecord) -> None:
        """Send the server of a new member who else is there, and what happened so far."""

    async def tell_past(self, tx: Tx, group: ActorRecord, activity: ActivityRecord) -> None:
        """Have everything announced that came along with a project of ours, by a Move."""

    async def pass_on(
        self,
        tx: Tx,
        group: ActorRecord,
        record: ObjectRecord,
        activity: dict[str, Any],
        position: int | None,
    ) -> None:
        """Announce what was done with an entry of a project of ours to those who may see it."""

    async def hand_over(
        self, tx: Tx, group: ActorRecord, activity: ActivityRecord, target: ActorRecord
    ) -> None:
        """Pass a stored activity on, unchanged, to the Group to which a project of ours moved."""

    async def forward(self, tx: Tx, owner: ActorRecord, activity: ActivityRecord) -> None:
        """Pass a stored activity on, unchanged, to the followers of the local actor `owner`."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for many rows at once, before any of them is processed.

    It may be a moment old: `followed` only saves a question when it says yes.
    """

    actors: dict[str, ActorRecord]
    followed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One received activity, read again, with its actor; `owner` has the personal inbox."""

    row: ReceivedRecord
    activity: Document
    actor: ActorRecord
    owner: ActorRecord | None
    known: Known
    now: int

    @property
    def local(self) -> bool:
        """Whether a local actor did this: it was applied and checked when it was published."""
        return self.row.how == "local"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was fetched for a handler before its transaction began."""

    document: Document | None = None
    parsed: IncomingObject | None = None
    author: ActorRecord | None = None
    target: ActorRecord | None = None
    gone: bool = False
    by_project: bool = False


@dataclass(slots=True)
class HandlerContext:
    """One activity inside its transaction; `follow_up` is for what may come after it."""

    tx: Tx
    identifiers: Identifiers
    incoming: Incoming
    gathered: Gathered
    outgoing: Outgoing
    missing_parent: str | None = None

    @property
    def activity(self) -> Document:
        """What was received."""
        return self.incoming.activity

    @property
    def actor(self) -> ActorRecord:
        """Who did it."""
        return self.incoming.actor

    @property
    def inbox_owner(self) -> ActorRecord | None:
        """Whose personal inbox it came to; None for the shared inbox."""
        return self.incoming.owner

    @property
    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self.incoming.now

    @property
    def url(self) -> str:
        """The activity's id."""
        return self.incoming.row.activity_url

    def record(
        self, visibility: str, object_url: str = "", object_id: int | None = None
    ) -> ActivityRecord:
        """The activity's own row, for timelines and inbox listings."""
        return ActivityRecord(
            id=self.incoming.row.id,
            url=self.url,
            type=self.activity.type,
            actor_id=self.actor.id,
            local=0,
            visibility=visibility,
            object_url=object_url,
            object_id=object_id,
            document=self.incoming.row.body,
            created_at=self.now,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """An object with its author."""

    record: ObjectRecord
    author: ActorRecord


Json = dict[str, Any]
