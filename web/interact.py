"""`/authorize_interaction`: following somebody whom one found on another server's page.

Other servers send their visitors here (the `subscribe` template of WebFinger). A member who is
signed in only confirms. Anybody else signs with name and password in the very form, unless their
account asks for a second step; nothing is fetched before the password was right.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from quart import Blueprint, Response, request

from actors.auth import check_password
from federation.errors import FederationError, Refused
from federation.policy import RateLimiter
from outbox.acts.follow import ask
from outbox.context import ActRefused
from storage.records import ActorRecord, MemberRecord, ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.rendering import redirect

log = logging.getLogger(__name__)

MAX_URI: Final = 2_048
TRIES_PER_MINUTE: Final = 5


def _limiter() -> RateLimiter:
    rate = TRIES_PER_MINUTE / 60
    return RateLimiter(rate=rate, burst=TRIES_PER_MINUTE, clock=time.monotonic)


@dataclass(frozen=True, slots=True)
class Interaction:
    """What the form needs; tries are counted by address and by account."""

    context: WebContext
    by_address: RateLimiter = field(default_factory=_limiter)
    by_account: RateLimiter = field(default_factory=_limiter)

    async def page(
        self,
        uri: str,
        *,
        problem: str = "",
        username: str = "",
        followed: ActorRecord | None = None,
        status: int = 200,
    ) -> Response:
        """The form to follow an account of another server, with what went wrong or right."""
        return await self.context.renderer.render(
            "interaction.html",
            uri=uri,
            problem=problem,
            username=username,
            followed=followed,
            status=status,
            index=False,
        )

    async def answer(self, form: Mapping[str, str], address: str) -> Response:
        """Follow in the name of whoever is signed in, else of whose password is right.

        Every problem comes back into the form.
        """
        uri, username = form.get("uri", "").strip()[:MAX_URI], form.get("username", "").strip()
        signed = await self.context.sessions.current()
        try:
            member = (
                signed.actor
                if signed is not None
                else await self._member(username, form.get("password", ""), address)
            )
            return await self._follow(member, uri, signed_in=signed is not None)
        except Refused as refused:
            problem, status = refused.code, refused.status
        except ActRefused as refused:
            problem, status = refused.code, 422
        except (FederationError, LookupError, ValueError) as error:
            log.info("%s wanted to follow %s: %s", username[:40], uri[:200], error)
            problem, status = "unknown", 422
        return await self.page(uri, problem=problem, username=username, status=status)

    async def _follow(self, member: ActorRecord, uri: str, *, signed_in: bool) -> Response:
        """Follow an account, or show (to whoever is signed in) the object at this address."""
        outbox = self.context.outbox
        try:
            target = await outbox.remote.resolve(uri)
        except FederationError:
            if not (signed_in and uri.startswith(("https://", "http://"))):
                raise
            record: ObjectRecord = await outbox.objects.visible(uri, member)
            return redirect(f"/read/{record.id}")
        await ask(outbox, member, target)
        return await self.page(uri, followed=target)

    async def _member(self, username: str, password: str, address: str) -> ActorRecord:
        """The living account, if the password is right; as slow and as mute for unknown ones."""
        # One account has many spellings, and one count.
        name = username.removeprefix("@").partition("@")[0].replace("\0", "").strip().lower()
        for limiter, key in ((self.by_address, address), (self.by_account, name)):
            if limiter.check(key) is not None:
                raise Refused(429, "too-often", "Too many tries.")
        found = await self.context.store.query(lambda tx: _account(tx, name))
        hashed = found[1].password_hash if found else ""
        right = await asyncio.to_thread(check_password, hashed, password[:1_000])
        if found is None or not right or found[1].disabled_at is not None:
            log.info("a wrong password for %s from %s", name[:40], address)
            raise Refused(403, "wrong-password", "Name or password is wrong.")
        if found[2]:
            raise Refused(403, "second-step", "This account asks for a second step.")
        return found[0]


async def _account(tx: Tx, name: str) -> tuple[ActorRecord, MemberRecord, bool] | None:
    """A living account, and whether its password alone is not enough."""
    actor = await tx.actors.local(name)
    member = await tx.members.by_actor(actor.id) if actor else None
    if actor is None or member is None or actor.state != "active":
        return None
    second = await tx.credentials.factor(actor.id)
    return actor, member, second is not None and second.confirmed_at is not None


def interaction_routes(interaction: Interaction) -> Blueprint:
    """The form, and what becomes of it."""
    blueprint = Blueprint("interaction", __name__)

    @blueprint.get("/authorize_interaction")
    async def form() -> Response:
        return await interaction.page(request.args.get("uri", "")[:MAX_URI])

    @blueprint.post("/authorize_interaction")
    async def follow() -> Response:
        form = await interaction.context.sessions.checked_form()
        return await interaction.answer(form, request.remote_addr or "unknown")

    return blueprint
