"""`/authorize_interaction`: following somebody whom one found on another server's page.

Other servers send their visitors here (the `subscribe` template of WebFinger). The member signs
with name and password in the very form, so there is no session that could be misused; nothing is
fetched before the password was right.
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
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord, MemberRecord
from storage.store import Tx
from web.rendering import Renderer

log = logging.getLogger(__name__)

MAX_URI: Final = 2_048
TRIES_PER_MINUTE: Final = 5


def _limiter() -> RateLimiter:
    rate = TRIES_PER_MINUTE / 60
    return RateLimiter(rate=rate, burst=TRIES_PER_MINUTE, clock=time.monotonic)


@dataclass(frozen=True, slots=True)
class Interaction:
    """What the form needs; tries are counted by address and by account."""

    context: OutboxContext
    renderer: Renderer
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
        return await self.renderer.render(
            "interaction.html",
            uri=uri,
            problem=problem,
            username=username,
            followed=followed,
            status=status,
            index=False,
        )

    async def follow(self, form: Mapping[str, str], address: str) -> Response:
        """Check the password, then follow; every problem comes back into the form."""
        uri, username = form.get("uri", "").strip(), form.get("username", "").strip()
        problem, status = "", 422
        try:
            member = await self._member(username, form.get("password", ""), address)
            target = await self.context.remote.resolve(uri[:MAX_URI])
            await ask(self.context, member, target)
        except Refused as refused:
            problem, status = refused.code, refused.status
        except ActRefused as refused:
            problem = refused.code
        except (FederationError, LookupError, ValueError) as error:
            log.info("%s wanted to follow %s: %s", username[:40], uri[:200], error)
            problem = "unknown"
        else:
            return await self.page(uri, followed=target)
        return await self.page(uri, problem=problem, username=username, status=status)

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
        return found[0]


async def _account(tx: Tx, name: str) -> tuple[ActorRecord, MemberRecord] | None:
    actor = await tx.actors.local(name)
    member = await tx.members.by_actor(actor.id) if actor else None
    if actor is None or member is None or actor.state != "active":
        return None
    return actor, member


def interaction_routes(interaction: Interaction) -> Blueprint:
    """The form, and what becomes of it."""
    blueprint = Blueprint("interaction", __name__)

    @blueprint.get("/authorize_interaction")
    async def form() -> Response:
        return await interaction.page(request.args.get("uri", "")[:MAX_URI])

    @blueprint.post("/authorize_interaction")
    async def follow() -> Response:
        address = request.remote_addr or "unknown"
        return await interaction.follow(await request.form, address)

    return blueprint
