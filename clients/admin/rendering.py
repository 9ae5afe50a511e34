"""Accounts and reports as administrators see them, many with a constant number of queries."""

from collections.abc import Sequence

from actors.reporting import addresses, rules_of
from actors.site import HouseRules
from actors.site import Rule as HouseRule
from clients.accounts.roles import role_entity
from clients.context import ClientContext
from clients.entities.accounts import Account
from clients.entities.admin import AdminAccount, AdminReport
from clients.entities.base import moment
from clients.entities.instance import Rule
from clients.entities.statuses import Status
from clients.rendering.accounts import accounts
from clients.rendering.statuses import Line, statuses
from clients.reports.categories import shown
from storage.oversight import OversightStatements
from storage.records import ActorRecord, MemberRecord, ReportRecord
from storage.store import Tx


async def admin_accounts(
    tx: Tx, context: ClientContext, actors: Sequence[ActorRecord]
) -> dict[int, AdminAccount]:
    """Actors as administrators see them, by their id."""
    made = await accounts(tx, context.identifiers, actors)
    members = await tx.administration.members([actor.id for actor in actors if actor.local])
    return {
        actor.id: _account(actor, members.get(actor.id), made[actor.id], context)
        for actor in actors
    }


def _account(
    actor: ActorRecord, member: MemberRecord | None, account: Account, context: ClientContext
) -> AdminAccount:
    return AdminAccount(
        id=str(actor.id),
        username=actor.username,
        domain=None if actor.local else actor.host,
        created_at=moment(actor.created_at),
        email=member.email if member else None,
        ip=None,
        ips=[],
        locale=(member.language or context.settings.language) if member else None,
        invite_request=None,
        role=role_entity(member.role) if member else None,
        confirmed=member is not None,
        approved=True,
        disabled=member is not None and member.disabled_at is not None,
        sensitized=bool(actor.sensitized),
        silenced="limit" in (actor.severity, actor.sanction),
        suspended=actor.state == "suspended" or actor.severity == "suspend",
        account=account,
    )


async def admin_reports(
    tx: Tx,
    context: ClientContext,
    viewer: ActorRecord,
    house: HouseRules,
    reports: Sequence[ReportRecord],
) -> list[AdminReport]:
    """Reports with everybody and everything in them, in their order."""
    ids = {
        number
        for report in reports
        for number in (
            report.actor_id,
            report.target_id,
            report.assigned_to,
            report.decided_by,
        )
        if number
    }
    # What is reported of the site itself is about the organisation.
    organisation = await tx.instance.organisation()
    ids |= {organisation.id} if organisation else set()
    people = await admin_accounts(tx, context, list((await tx.actors.by_ids(sorted(ids))).values()))
    site = people.get(organisation.id) if organisation else None
    shown_in = await _statuses(tx, context, viewer, reports)
    known = {rule.text: rule for rule in house.listed()}
    return [_report(report, people, site, shown_in[report.id], known) for report in reports]


async def _statuses(
    tx: Tx, context: ClientContext, viewer: ActorRecord, reports: Sequence[ReportRecord]
) -> dict[int, list[Status]]:
    """What is reported and still there, by report; administrators see it whoever it was for."""
    urls = {report.id: addresses(report) for report in reports}
    wanted = sorted({url for found in urls.values() for url in found})
    records = await OversightStatements(tx.connection).objects_at(wanted)
    living = [record for record in records if record.deleted_at is None]
    made = await statuses(tx, context, viewer, [Line.of(record) for record in living])
    by_url = {record.url: status for record, status in zip(living, made, strict=True)}
    return {
        number: [by_url[url] for url in found if url in by_url] for number, found in urls.items()
    }


def _report(
    report: ReportRecord,
    people: dict[int, AdminAccount],
    site: AdminAccount | None,
    reported: list[Status],
    known: dict[str, HouseRule],
) -> AdminReport:
    decided = None if report.decided_at is None else moment(report.decided_at)
    return AdminReport(
        id=str(report.id),
        action_taken=report.state == "closed",
        action_taken_at=decided,
        category=shown(report.category),
        comment=report.comment,
        forwarded=bool(report.forwarded),
        created_at=moment(report.created_at),
        updated_at=decided or moment(report.created_at),
        account=people[report.actor_id],
        target_account=people.get(report.target_id or 0, site),
        assigned_account=people.get(report.assigned_to or 0),
        action_taken_by_account=people.get(report.decided_by or 0),
        statuses=reported,
        rules=[
            Rule(id=str(known[text].number), text=text, hint=known[text].hint)
            if text in known
            else Rule(id="0", text=text)
            for text in rules_of(report)
        ],
    )
