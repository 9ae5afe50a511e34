"""What arriving activities make us send: answers, follows after a Move, forwarding."""

from typing import Any

from objects.events.attending import Answer
from objects.projects.offers import Proposal
from outbox.acts.events import answering
from outbox.acts.follow import answer_within, ask_within, undo_within
from outbox.acts.projects import hosting
from outbox.acts.projects.departing import end_memberships, end_project
from outbox.acts.projects.offers import take_offer
from outbox.acts.projects.spaces import renew_leads
from outbox.acts.quoted import grant, show_approval
from outbox.builders import reject
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.projects import MembershipRecord
from storage.records import ActivityRecord, ActorRecord, FollowRecord, ObjectRecord
from storage.store import Tx


class Responses:
    """The outbox as the inbox sees it; every call is part of the handler's transaction."""

    def __init__(self, context: OutboxContext) -> None:
        self._context = context
        self._publisher = context.publisher

    async def accept(
        self, tx: Tx, followee: ActorRecord, follow: FollowRecord, asker: ActorRecord
    ) -> None:
        """Tell `asker` that `followee` agrees to their Follow."""
        await answer_within(tx, self._publisher, followee, follow, asker, agreed=True)

    async def follow(self, tx: Tx, follower: ActorRecord, target: ActorRecord) -> None:
        """Ask `target` in the name of a local actor; what is not possible is left out."""
        try:
            await ask_within(tx, self._publisher, follower, target, self._context.now())
        except ActRefused:
            return

    async def unfollow(self, tx: Tx, follower: ActorRecord, target: ActorRecord) -> None:
        """End a follow and tell `target`, also when we know of none (FEP-8fcf)."""
        known = await tx.relationships.follow(follower.id, target.id)
        if known is not None:
            await tx.relationships.remove_follow(known)
        url = known.url if known else self._publisher.identifiers.activity(new_id())
        await undo_within(tx, self._publisher, follower, target, url)

    async def decline(
        self, tx: Tx, owner: ActorRecord, request: dict[str, Any], asker: ActorRecord
    ) -> None:
        """Tell `asker` that `owner` does not agree to a request, a QuoteRequest for instance."""
        await self._publisher.publish(
            tx,
            owner,
            reject.build(request, asker.url),
            recipients=Recipients(actors=(asker.id,), personal=True),
        )

    async def let_quote(
        self, tx: Tx, owner: ActorRecord, request: dict[str, Any], asker: ActorRecord, stamp: str
    ) -> None:
        """Tell `asker` that `owner` agrees to a QuoteRequest; `stamp` is where it says so."""
        await grant(tx, self._publisher, owner, request, asker, stamp)

    async def show_approval(self, tx: Tx, record: ObjectRecord, approval_url: str) -> None:
        """Tell others of the leave to quote that a post of ours has, or (empty) has no more."""
        await show_approval(tx, self._publisher, record, approval_url)

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
        await hosting.answer(
            tx, self._publisher, group, asker, request, agreed=agreed, role=role, reason=reason
        )

    async def take_offer(
        self,
        tx: Tx,
        group: ActorRecord,
        member: ActorRecord,
        url: str,
        proposal: Proposal,
        reason: str,
    ) -> tuple[str, str]:
        """Keep what `member` proposes to a project of ours, or do it wholly or not at all.

        Gives `waiting`, `accepted` or `refused`, and why it was refused.
        """
        try:
            async with tx.connection.savepoint():
                offer = await take_offer(tx, self._context, member, group, url, proposal, reason)
        except ActRefused as refused:
            return "refused", refused.detail
        return offer.state, ""

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
        await answering.tell(
            tx,
            self._publisher,
            record,
            asker,
            join_url,
            self._context.now(),
            answer=answer,
            reason=reason,
        )

    async def end_memberships(self, tx: Tx, actor: ActorRecord) -> None:
        """Let somebody elsewhere who is deleted belong to no project any more."""
        await end_memberships(tx, self._context, actor)

    async def end_project(self, tx: Tx, group: ActorRecord) -> None:
        """Let nobody here belong to a project elsewhere that was deleted, and tell them."""
        await end_project(tx, self._context, group)

    async def tell_joined(
        self, tx: Tx, group: ActorRecord, membership: MembershipRecord, person: ActorRecord
    ) -> None:
        """Tell the members of a project of ours that somebody belongs to it, in which role."""
        await hosting.tell_joined(tx, self._publisher, group, membership, person)

    async def renew_leads(self, tx: Tx, group: ActorRecord) -> None:
        """Let the profile of a project of ours name those who lead it now."""
        await renew_leads(self._context, tx, group)

    async def tell_gone(self, tx: Tx, group: ActorRecord, person: ActorRecord) -> None:
        """Tell the members of a project of ours that somebody belongs to it no more."""
        await hosting.tell_gone(tx, self._publisher, group, person)

    async def welcome(self, tx: Tx, group: ActorRecord, newcomer: ActorRecord) -> None:
        """Send the server of a new member who else is there, and what happened so far."""
        await hosting.welcome(tx, self._publisher, group, newcomer)

    async def tell_past(self, tx: Tx, group: ActorRecord, activity: ActivityRecord) -> None:
        """Have everything announced that came along with a project that moved here."""
        await hosting.tell_past(tx, self._publisher, group, activity)

    async def pass_on(
        self,
        tx: Tx,
        group: ActorRecord,
        record: ObjectRecord,
        activity: dict[str, Any],
        position: int | None,
    ) -> None:
        """Announce what was done with an entry of a project of ours to those who may see it."""
        await hosting.pass_on(tx, self._publisher, group, record, activity, position)

    async def hand_over(
        self, tx: Tx, group: ActorRecord, activity: ActivityRecord, target: ActorRecord
    ) -> None:
        """Pass a stored activity on, unchanged, to the Group to which a project of ours moved."""
        await self._publisher.forward(tx, activity, group, Recipients(actors=(target.id,)))

    async def forward(self, tx: Tx, owner: ActorRecord, activity: ActivityRecord) -> None:
        """Pass a stored activity on, unchanged, to the followers of `owner` (7.1.2)."""
        await self._publisher.forward(tx, activity, owner, Recipients(followers_of=owner.id))
