"""`/authorize_interaction`: following somebody whom one found on another server's page.

Other servers send their visitors here (the `subscribe` template of WebFinger). Whoever is not
signed in does that first and comes back; nothing is fetched before.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quart import Blueprint, Response, request

from federation.errors import FederationError, Refused
from outbox.acts.follow import ask
from outbox.context import ActRefused
from storage.records import ActorRecord, ObjectRecord
from web.context import WebContext
from web.projects.known import joinable, known_project
from web.rendering import redirect

log = logging.getLogger(__name__)

MAX_URI: Final = 2_048


@dataclass(frozen=True, slots=True)
class Interaction:
    """The form of a member who is signed in."""

    context: WebContext

    async def page(
        self,
        uri: str,
        *,
        problem: str = "",
        followed: ActorRecord | None = None,
        status: int = 200,
    ) -> Response:
        """The form to follow an account of another server, with what went wrong or right.

        Who follows a project can go on to ask to join it.
        """
        joining = followed is not None and await joinable(self.context, followed)
        return await self.context.renderer.render(
            "interaction.html",
            uri=uri,
            problem=problem,
            followed=followed,
            joinable=joining,
            status=status,
            index=False,
        )

    async def answer(self, member: ActorRecord, form: Mapping[str, str]) -> Response:
        """Follow; every problem comes back into the form."""
        uri = form.get("uri", "").strip()[:MAX_URI]
        try:
            if form.get("do") == "join":
                return await self._join(uri)
            return await self._follow(member, uri)
        except Refused as refused:
            problem, status = refused.code, refused.status
        except ActRefused as refused:
            problem, status = refused.code, 422
        except (FederationError, LookupError, ValueError) as error:
            log.info("%s wanted to follow %s: %s", member.account, uri[:200], error)
            problem, status = "unknown", 422
        return await self.page(uri, problem=problem, status=status)

    async def _follow(self, member: ActorRecord, uri: str) -> Response:
        """Follow an account, or show the object at this address."""
        outbox = self.context.outbox
        try:
            target = await outbox.remote.resolve(uri)
        except FederationError:
            if not uri.startswith(("https://", "http://")):
                raise
            record: ObjectRecord = await outbox.objects.visible(uri, member)
            return redirect(f"/read/{record.id}")
        await known_project(self.context, target)
        await ask(outbox, member, target)
        return await self.page(uri, followed=target)

    async def _join(self, uri: str) -> Response:
        """The way to ask to belong to the project at this address. Raises `LookupError`."""
        target = await self.context.outbox.remote.resolve(uri)
        if await known_project(self.context, target) is None:
            return await self.page(uri, problem="no-project", status=422)
        return redirect(f"/projects/{target.id}/join")


def interaction_routes(interaction: Interaction) -> Blueprint:
    """The form, and what becomes of it."""
    blueprint = Blueprint("interaction", __name__)

    @blueprint.get("/authorize_interaction")
    async def form() -> Response:
        await interaction.context.sessions.required("reader")
        return await interaction.page(request.args.get("uri", "")[:MAX_URI])

    @blueprint.post("/authorize_interaction")
    async def follow() -> Response:
        signed = await interaction.context.sessions.required("reader")
        return await interaction.answer(
            signed.actor, await interaction.context.sessions.checked_form()
        )

    return blueprint
