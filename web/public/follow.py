"""`/follow`: following or answering from one's own server, whose address the visitor types.

The server says itself, by WebFinger, where its members confirm such a thing; the browser is sent
there. Nothing but a form on our own page leads there, so the address cannot be used to send
people elsewhere from a link.
"""

import logging
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from quart import Blueprint, Response, request

from federation.errors import FederationError, Refused
from federation.policy import RateLimiter
from federation.webfinger import parse_acct, resolve
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, line
from web.rules import longest, required
from web.texts import mark

log = logging.getLogger(__name__)

MAX_URI: Final = 2_048
PER_MINUTE: Final = 10
OPEN: Final = ("public", "unlisted")


class Address(Form):
    """Where the visitor is at home."""

    account = line(
        mark("Your address"),
        required(mark("Write your address, for example nadia@mastodon.example.")),
        longest(200),
        hint=mark("As your application shows it: name@server."),
        autocapitalize="none",
        spellcheck="false",
        autocomplete="username",
        inputmode="email",
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What somebody wants to follow, or to answer from elsewhere."""

    url: str
    name: str
    account: str


@dataclass(frozen=True, slots=True)
class Follow:
    """Finds the page where the visitor's own server lets them confirm."""

    context: WebContext
    by_address: RateLimiter = field(
        default_factory=lambda: RateLimiter(
            rate=PER_MINUTE / 60, burst=PER_MINUTE, clock=time.monotonic
        )
    )

    async def wanted(self) -> _Wanted:
        """The actor or object of ours that the address names; raises `Refused` 404."""
        uri = request.args.get("uri", "")[:MAX_URI]
        local = self.context.outbox.identifiers.parse(uri)
        if local is None or local.kind not in ("actor", "object"):
            raise Refused(404, "not-found", "There is nothing of this site under this address.")

        async def find(tx: Tx) -> _Wanted | None:
            if local.kind == "actor":
                return _actor(await tx.actors.local(local.value))
            record = await tx.objects.by_id(int(local.value)) if len(local.value) < 19 else None
            if record is None or record.deleted_at or record.visibility not in OPEN:
                return None
            return _Wanted(record.url, record.name, "")

        found = await self.context.store.query(find)
        if found is None:
            raise Refused(404, "not-found", "There is nothing of this site under this address.")
        return found

    async def page(self, wanted: _Wanted, form: Address, *, status: int = 200) -> Response:
        """The form; its answer may lead to any server."""
        targets = ["https:", "http:"] if self.context.settings.development else ["https:"]
        return await self.context.renderer.public(
            "public/follow.html",
            wanted=wanted,
            form=form,
            status=status,
            index=False,
            form_targets=targets,
        )

    async def send(self, wanted: _Wanted, form: Address) -> Response:
        """To the visitor's server, or back into the form with what is wrong."""
        if self.by_address.check(request.remote_addr or "unknown") is not None:
            raise Refused(429, "too-often", "Too many tries.")
        _ = await self.context.renderer.translate()
        if not form.validate():
            return await self.page(wanted, form, status=422)
        account = str(form.account.data)
        try:
            template = await self._template(account)
        except (FederationError, ValueError) as error:
            log.info("the address %s cannot be used to follow: %s", account[:100], error)
            form.refuse("account", _("No server answers to this address; check how it is written."))
            return await self.page(wanted, form, status=422)
        if template is None:
            text = _("Your server does not say where one follows. Search for this there: %s")
            form.refuse("account", text % (wanted.account or wanted.url))
            return await self.page(wanted, form, status=422)
        response = Response("", status=303)
        response.headers["Location"] = template.replace("{uri}", quote(wanted.url, safe=""))
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _template(self, account: str) -> str | None:
        """Where the server of an account lets its members confirm; ours is known."""
        identifiers = self.context.outbox.identifiers
        _, host = parse_acct(account)
        if host == identifiers.host:
            return identifiers.subscribe_template()
        template = (await resolve(self.context.client, account)).subscribe_template
        schemes = ("https", "http") if self.context.settings.development else ("https",)
        if template is None or "{uri}" not in template:
            return None
        parts = urlsplit(template)
        blank = any(character <= " " or character in '\\"<>' for character in template)
        return template if parts.scheme in schemes and parts.hostname and not blank else None


def _actor(actor: ActorRecord | None) -> _Wanted | None:
    if actor is None or actor.state != "active":
        return None
    return _Wanted(actor.url, actor.name or actor.username, f"@{actor.account}")


def add_follow_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/follow?uri=…`."""
    follow = Follow(context)

    @blueprint.get("/follow")
    async def ask() -> Response:
        return await follow.page(await follow.wanted(), await context.renderer.form(Address))

    @blueprint.post("/follow")
    async def send() -> Response:
        form = await context.sessions.checked_form()
        return await follow.send(await follow.wanted(), await context.renderer.form(Address, form))
