"""`domain …`: rules about other servers."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from actors.administration import COMMAND_LINE, NotPossible, set_domain_rule
from actors.documents import wire_time
from actors.policy import domain_name
from actors.sanctions import Consequences
from federation.policy import matching_rule
from node.commands.shared import AsJson, Reason, show_json, with_node
from node.services import Services

domain = typer.Typer(help="Rules about other servers and their subdomains.", no_args_is_help=True)

Domain = Annotated[str, typer.Argument(help="Domain, subdomains included.")]


class Severity(StrEnum):
    """What a rule does."""

    allow = "allow"
    limit = "limit"
    reject_media = "reject_media"
    suspend = "suspend"


@domain.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """Show every rule."""

    async def work(services: Services) -> list[dict[str, Any]]:
        found = await services.store.query(lambda tx: tx.relationships.domain_rules())
        return [
            {
                "domain": rule.domain,
                "severity": rule.severity,
                "reason": rule.reason,
                "by": rule.created_by,
                "created": wire_time(rule.created_at),
            }
            for rule in found
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['severity']:<13} {row['domain']:<40} {row['reason']}".rstrip())


@domain.command("set")
def set_rule(
    domain: Domain,
    severity: Annotated[Severity, typer.Argument(help="What the rule does.")],
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Make a rule about a domain, or change it.

    `suspend`: nothing is exchanged; follows both ways end, waiting deliveries are cancelled, posts
    are hidden for as long as the rule stands. `reject_media`: no pictures and files. `limit`: only
    followers are notified, nothing on public pages. `allow`: lifts the rule of a domain above.
    """
    ended = with_node(lambda services: _change(services, domain, severity.value, reason))
    if as_json:
        show_json({"domain": domain_name(domain), "severity": severity.value, **_counts(ended)})
        return
    typer.echo(
        f"{domain_name(domain)}: {severity.value}. {ended.actors} known accounts concerned, "
        f"{ended.follows} follows ended, {ended.deliveries} deliveries cancelled."
    )


@domain.command("remove")
def remove_rule(domain: Domain, reason: Reason = "", as_json: AsJson = False) -> None:
    """Drop the rule about a domain; ended follows stay ended."""
    ended = with_node(lambda services: _change(services, domain, "", reason))
    if as_json:
        show_json({"domain": domain_name(domain), "severity": None, **_counts(ended)})
    else:
        typer.echo(f"{domain_name(domain)}: no rule any more.")


def _counts(ended: Consequences) -> dict[str, int]:
    return {"actors": ended.actors, "follows": ended.follows, "deliveries": ended.deliveries}


async def _change(services: Services, domain: str, severity: str, reason: str) -> Consequences:
    name = domain_name(domain)
    if severity and matching_rule(services.identifiers.host, {name: severity}):
        raise NotPossible(f"{name} is this node itself, or a domain above it.")
    return await services.store.write(
        lambda tx: set_domain_rule(tx, COMMAND_LINE, name, severity, reason, services.now())
    )
