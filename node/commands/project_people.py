"""`project invite`, `join`, `members`…: who belongs to a project, here or on another server."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from node.commands.project_shared import (
    Person,
    ProjectName,
    Role,
    Who,
    say_state,
    shown_member,
    somebody,
    stand_before,
)
from node.commands.shared import AsJson, show_json, with_node
from node.services import Services
from objects.projects.membership import is_member, steers
from outbox.acts.projects import belonging
from storage.projects import MembershipRecord
from storage.records import ActorRecord

Message = Annotated[str, typer.Option(help="Some words with it.")]
Why = Annotated[str, typer.Option(help="Why, for the person concerned.")]
GivenRole = Annotated[Role, typer.Option(help="What they will be.")]
SHOWN_TO_LEADS = ("invited", "requested")

Done = Awaitable[MembershipRecord]


def add_people_commands(project: typer.Typer) -> None:
    """Put these commands into the group `project`."""
    for name, command in (
        ("invite", invite),
        ("uninvite", uninvite),
        ("accept", accept),
        ("decline", decline),
        ("join", join),
        ("admit", admit),
        ("refuse", refuse),
        ("members", members),
        ("role", change_role),
        ("remove", remove),
        ("leave", leave),
    ):
        project.command(name)(command)


def invite(
    username: Who,
    project: ProjectName,
    person: Person,
    role: GivenRole = Role.partner,
    message: Message = "",
    as_json: AsJson = False,
) -> None:
    """Invite somebody of any server; who asked to join already is admitted."""

    def act(services: Services, lead: ActorRecord, group: ActorRecord, guest: ActorRecord) -> Done:
        return belonging.invite(services.outbox, lead, group, guest, role.value, message)

    _as_lead(username, project, person, act, as_json)


def uninvite(username: Who, project: ProjectName, person: Person, as_json: AsJson = False) -> None:
    """Take an invitation back that nobody answered yet."""

    async def act(
        services: Services, lead: ActorRecord, group: ActorRecord, guest: ActorRecord
    ) -> MembershipRecord:
        await belonging.withdraw_invitation(services.outbox, lead, group, guest)
        return await _membership(services, group, guest)

    _as_lead(username, project, person, act, as_json)


def accept(username: Who, project: ProjectName, as_json: AsJson = False) -> None:
    """Agree to an invitation; a project elsewhere has the last word."""
    _of_oneself(username, project, lambda services, person, group: belonging.answer_invitation(
        services.outbox, person, group, agreed=True), as_json)  # fmt: skip


def decline(username: Who, project: ProjectName, as_json: AsJson = False) -> None:
    """Say no to an invitation."""
    _of_oneself(username, project, lambda services, person, group: belonging.answer_invitation(
        services.outbox, person, group, agreed=False), as_json)  # fmt: skip


def join(
    username: Who, project: ProjectName, message: Message = "", as_json: AsJson = False
) -> None:
    """Ask to belong to a project, here or elsewhere; an open one admits at once."""
    _of_oneself(username, project, lambda services, person, group: belonging.join(
        services.outbox, person, group, message), as_json)  # fmt: skip


def leave(username: Who, project: ProjectName, as_json: AsJson = False) -> None:
    """Belong to a project no more, or take back that one asked."""
    _of_oneself(username, project, lambda services, person, group: belonging.leave(
        services.outbox, person, group), as_json)  # fmt: skip


def admit(
    username: Who,
    project: ProjectName,
    person: Person,
    role: GivenRole = Role.partner,
    as_json: AsJson = False,
) -> None:
    """Admit somebody who asked to join."""

    def act(services: Services, lead: ActorRecord, group: ActorRecord, asker: ActorRecord) -> Done:
        return belonging.answer_request(
            services.outbox, lead, group, asker, agreed=True, role=role.value
        )

    _as_lead(username, project, person, act, as_json)


def refuse(
    username: Who,
    project: ProjectName,
    person: Person,
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Decline somebody who asked to join."""

    def act(services: Services, lead: ActorRecord, group: ActorRecord, asker: ActorRecord) -> Done:
        return belonging.answer_request(
            services.outbox, lead, group, asker, agreed=False, reason=reason
        )

    _as_lead(username, project, person, act, as_json)


def change_role(
    username: Who,
    project: ProjectName,
    person: Person,
    role: Annotated[Role, typer.Argument(help="The new role.")],
    engagement: Annotated[str | None, typer.Option(help="What they bring to the project.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give a member another role; a project is never without a lead."""

    def act(services: Services, lead: ActorRecord, group: ActorRecord, member: ActorRecord) -> Done:
        return belonging.change_role(services.outbox, lead, group, member, role.value, engagement)

    _as_lead(username, project, person, act, as_json)


def remove(username: Who, project: ProjectName, person: Person, as_json: AsJson = False) -> None:
    """Let somebody belong to a project no more; they get nothing new from now on."""

    def act(services: Services, lead: ActorRecord, group: ActorRecord, member: ActorRecord) -> Done:
        return belonging.remove(services.outbox, lead, group, member)

    _as_lead(username, project, person, act, as_json)


def members(username: Who, project: ProjectName, as_json: AsJson = False) -> None:
    """Show who belongs to a project; to its leads also who is invited or asks."""

    async def work(services: Services) -> list[tuple[MembershipRecord, ActorRecord]]:
        _, found = await stand_before(services, username, project)
        if found.record.reach == "project" and not is_member(found.membership):
            raise LookupError(f"the members of {project} are known to its members only")
        async with services.store.read() as tx:
            people = await tx.projects.memberships(found.group.id)
            if found.group.local and steers(found.membership):
                for state in SHOWN_TO_LEADS:
                    people += await tx.projects.memberships(found.group.id, state)
        return people

    people = with_node(work)
    if as_json:
        show_json([shown_member(*one) for one in people])
        return
    for membership, person in people:
        line = f"{membership.role:<9} {membership.state:<10} {person.account}"
        typer.echo(f"{line}  {membership.engagement}".rstrip())


def _of_oneself(
    username: str,
    project: str,
    act: Callable[[Services, ActorRecord, ActorRecord], Done],
    as_json: bool,
) -> None:
    """Let a local account do something about its own membership, and say what came of it."""

    async def work(services: Services) -> tuple[MembershipRecord, ActorRecord]:
        person, found = await stand_before(services, username, project)
        return await act(services, person, found.group), person

    membership, person = with_node(work)
    say_state(membership, person, project, as_json)


def _as_lead(
    username: str,
    project: str,
    typed: str,
    act: Callable[[Services, ActorRecord, ActorRecord, ActorRecord], Done],
    as_json: bool,
) -> None:
    """Let a lead decide about somebody, and say what came of it."""

    async def work(services: Services) -> tuple[MembershipRecord, ActorRecord]:
        lead, found = await stand_before(services, username, project)
        person = await somebody(services, typed)
        return await act(services, lead, found.group, person), person

    membership, person = with_node(work)
    say_state(membership, person, project, as_json)


async def _membership(
    services: Services, group: ActorRecord, person: ActorRecord
) -> MembershipRecord:
    found = await services.store.query(lambda tx: tx.projects.membership(group.id, person.id))
    assert found is not None
    return found
