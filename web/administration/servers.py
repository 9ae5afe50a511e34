"""`/admin/servers`, `/admin/network` and `/admin/domains`: the other servers."""

from typing import Final

from quart import Blueprint, Response

from actors.administration import NotPossible, audit, set_domain_rule
from actors.network import add_server, find_inbox, remove_server, server_name
from actors.policy import domain_name
from federation.errors import Refused, Untrusted
from federation.policy import matching_rule
from storage.network import NetworkServerRecord
from storage.oversight import HostHealth, OversightStatements
from storage.records import DomainRuleRecord, ReceivedRecord
from storage.store import Tx
from web.administration.desk import Desk
from web.forms import Form, choice, line
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

SEVERITIES: Final = {
    "limit": mark("Limit"),
    "reject_media": mark("No pictures"),
    "suspend": mark("Shut out"),
    "allow": mark("Allow"),
}
MEANINGS: Final = {
    "limit": mark("Only followers hear of it; nothing of it is on public pages."),
    "reject_media": mark("Its pictures and files are not shown."),
    "suspend": mark("Nothing is exchanged any more; follows with it end for good."),
    "allow": mark("Lifts a rule about the domain above it."),
}

register_done(
    {
        "rule-set": mark("The rule holds from now on."),
        "rule-dropped": mark("The rule is dropped. Follows that it ended stay ended."),
        "server-added": mark("The server is part of the network."),
        "server-silent": mark(
            "The server is part of the network, but it does not answer yet. It is asked again."
        ),
        "server-removed": mark("The server is no longer part of the network."),
    }
)


class RuleForm(Form):
    """A rule about a server."""

    domain = line(
        mark("Server"),
        required(mark("Write the name of the server.")),
        longest(300),
        hint=mark("For example: example.org. Its subdomains are meant too."),
        spellcheck="false",
        autocapitalize="none",
    )
    severity = choice(mark("What to do"), (), required(mark("Choose what to do.")))
    reason = line(
        mark("Why"),
        required(mark("Say why: others will ask.")),
        longest(500),
        hint=mark("It is kept in the list “Who did what”."),
    )
    public_comment = line(
        mark("What you tell visitors about it"),
        longest(500),
        hint=mark("Where the list of rules is shown: “Rules of this site” says to whom."),
    )


class NetworkForm(Form):
    """A server of the network."""

    host = line(
        mark("Server"),
        required(mark("Write the name of the server.")),
        longest(300),
        hint=mark("For example: communotic.example.org, or its address."),
        spellcheck="false",
        autocapitalize="none",
    )


class ServerPages:
    """Health, network, rules."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def health(self) -> Response:
        """Which servers answer, and what could not be read of what came in."""
        await self._desk.admin()
        hosts, failed = await self._desk.query(_health)
        return await self._desk.page("servers", hosts=hosts, failed=failed)

    async def retry_host(self) -> Response:
        """Ask a server again now."""
        await self._desk.admin()
        host = (await self._desk.context.sessions.checked_form()).get("host", "")
        who, now = await self._desk.who(), self._desk.now()

        async def operation(tx: Tx) -> None:
            if await tx.hosts.get(host) is None:
                raise NotPossible(f"Nothing was ever sent to {host}.")
            await tx.hosts.open(host, now)
            await tx.deliveries.retry(now, host=host)
            await audit(tx, who, "deliveries retry", host, "", now)
            tx.notify_on_commit("delivery")

        await self._desk.write(operation)
        return redirect("/admin/servers", done="retried")

    async def retry_received(self) -> Response:
        """Read once more what could not be read."""
        await self._desk.admin()
        await self._desk.context.sessions.checked_form()
        who, now = await self._desk.who(), self._desk.now()

        async def operation(tx: Tx) -> None:
            await tx.received.retry_failed(now)
            await audit(tx, who, "inbox retry", "", "", now)
            tx.notify_on_commit("received")

        await self._desk.write(operation)
        return redirect("/admin/servers", done="retried")

    async def rules(self, form: RuleForm | None = None, status: int = 200) -> Response:
        """The rules, and a form for another one."""
        await self._desk.admin()
        _ = await self._desk.context.renderer.translate()
        form = form or await self._desk.context.renderer.form(RuleForm, severity="limit")
        form.severity.choices = [(name, _(text)) for name, text in SEVERITIES.items()]
        found = await self._desk.query(_rules)
        return await self._desk.page(
            "domains",
            form=form,
            rules=found,
            severities=SEVERITIES,
            meanings={name: _(text) for name, text in MEANINGS.items()},
            status=status,
        )

    async def set_rule(self) -> Response:
        """Make or change a rule."""
        await self._desk.careful_admin()
        values = await self._desk.context.sessions.checked_form()
        form = await self._desk.context.renderer.form(RuleForm, values)
        _ = await self._desk.context.renderer.translate()
        form.severity.choices = [(name, _(text)) for name, text in SEVERITIES.items()]
        if not form.validate():
            return await self.rules(form, 422)
        problem = self._domain_problem(form.domain.data or "")
        if problem:
            form.refuse("domain", _(problem))
            return await self.rules(form, 422)
        who, now = await self._desk.who(), self._desk.now()
        name, severity, reason = form.domain.data or "", form.severity.data, form.reason.data or ""
        told = form.public_comment.data or ""

        async def operation(tx: Tx) -> None:
            await set_domain_rule(tx, who, name, severity, reason, now, public_comment=told)

        await self._desk.write(operation)
        return redirect("/admin/domains", done="rule-set")

    async def drop_rule(self) -> Response:
        """Drop a rule."""
        await self._desk.careful_admin()
        name = (await self._desk.context.sessions.checked_form()).get("domain", "")
        who, now = await self._desk.who(), self._desk.now()
        try:
            await self._desk.write(lambda tx: set_domain_rule(tx, who, name, "", "", now))
        except Untrusted:
            raise Refused(422, "not-possible", f"There is no rule about {name[:100]}.") from None
        return redirect("/admin/domains", done="rule-dropped")

    async def network(self, form: NetworkForm | None = None, status: int = 200) -> Response:
        """The servers of the network, and a form for another one."""
        await self._desk.admin()
        form = form or await self._desk.context.renderer.form(NetworkForm)
        servers = await self._desk.query(_servers)
        return await self._desk.page("network", form=form, servers=servers, status=status)

    async def add_to_network(self) -> Response:
        """Make a server part of the network, and look where it takes what is for all there."""
        await self._desk.careful_admin()
        values = await self._desk.context.sessions.checked_form()
        form = await self._desk.context.renderer.form(NetworkForm, values)
        if not form.validate():
            return await self.network(form, 422)
        context, who, now = self._desk.context, await self._desk.who(), self._desk.now()
        own = context.outbox.identifiers.host
        try:
            host = server_name(form.host.data or "")
            await context.store.write(lambda tx: add_server(tx, who, host, "", own, now))
        except NotPossible:
            _ = await context.renderer.translate()
            form.refuse("host", _("This is no server that can be added, or it is there already."))
            return await self.network(form, 422)
        found = await find_inbox(context.store, context.outbox.remote, host)
        return redirect("/admin/network", done="server-added" if found else "server-silent")

    async def remove_from_network(self) -> Response:
        """Take a server out of the network."""
        await self._desk.careful_admin()
        host = (await self._desk.context.sessions.checked_form()).get("host", "")
        who, now = await self._desk.who(), self._desk.now()
        await self._desk.write(lambda tx: remove_server(tx, who, host, "", now))
        return redirect("/admin/network", done="server-removed")

    def _domain_problem(self, typed: str) -> str:
        """What is wrong with the server of a rule; empty when nothing is."""
        try:
            name = domain_name(typed)
        except Untrusted:
            return mark("This is no name of a server; one looks like example.org.")
        own = self._desk.context.outbox.identifiers.host
        if matching_rule(own, {name: True}):
            return mark("This is your own server.")
        return ""


async def _health(tx: Tx) -> tuple[list[HostHealth], list[ReceivedRecord]]:
    return await OversightStatements(tx.connection).hosts(), await tx.received.failed(50)


async def _rules(tx: Tx) -> list[DomainRuleRecord]:
    return await tx.relationships.domain_rules()


async def _servers(tx: Tx) -> list[NetworkServerRecord]:
    return await tx.network.servers()


def add_server_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The other servers."""
    pages = ServerPages(desk)
    blueprint.get("/admin/servers", endpoint="servers")(pages.health)
    blueprint.post("/admin/servers/retry", endpoint="retry_host")(pages.retry_host)
    blueprint.post("/admin/servers/received", endpoint="retry_received")(pages.retry_received)
    blueprint.post("/admin/domains", endpoint="set_rule")(pages.set_rule)
    blueprint.post("/admin/domains/drop", endpoint="drop_rule")(pages.drop_rule)
    blueprint.post("/admin/network", endpoint="add_server")(pages.add_to_network)
    blueprint.post("/admin/network/remove", endpoint="remove_server")(pages.remove_from_network)

    @blueprint.get("/admin/domains")
    async def domains() -> Response:
        return await pages.rules()

    @blueprint.get("/admin/network")
    async def network() -> Response:
        return await pages.network()
