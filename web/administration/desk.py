"""What every page of administration leans on: the role, the menu, refusals that keep the form."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from quart import Response, request

from actors.administration import NotPossible
from federation.errors import Refused
from storage.records import ActorRecord
from storage.store import Store, Tx
from web.context import WebContext
from web.sessions import SignedIn
from web.texts import mark

T = TypeVar("T")
MAX_ID_DIGITS: Final = 18

# The groups of the menu: heading, then (path, text, whether editors see it too).
MENU: Final = (
    (mark("Overview"), (("/admin", mark("What needs you"), False),)),
    (
        mark("People"),
        (
            ("/admin/members", mark("Members"), False),
            ("/admin/invitations", mark("Invitations"), False),
        ),
    ),
    (
        mark("Experiences"),
        (
            ("/admin/review", mark("To review"), True),
            ("/admin/publishing", mark("How to publish"), False),
            ("/admin/imports", mark("Imports"), False),
        ),
    ),
    (mark("Projects"), (("/admin/projects", mark("Projects of this site"), False),)),
    (
        mark("The site"),
        (
            ("/admin/organisation", mark("The organisation"), False),
            ("/admin/appearance", mark("Appearance"), False),
            ("/admin/legal", mark("Legal notice"), False),
            ("/admin/rules", mark("Rules of this site"), False),
            ("/admin/announcements", mark("Announcements"), False),
            ("/admin/emoji", mark("Emoji"), False),
        ),
    ),
    (
        mark("Other servers"),
        (
            ("/admin/deliveries", mark("What was sent"), False),
            ("/admin/servers", mark("Their health"), False),
            ("/admin/network", mark("The network"), False),
            ("/admin/domains", mark("Rules"), False),
        ),
    ),
    (
        mark("Oversight"),
        (
            ("/admin/reports", mark("Reports"), False),
            ("/admin/measures", mark("Measures"), False),
            ("/admin/audit", mark("Who did what"), False),
            ("/admin/mails", mark("Mails"), False),
            ("/admin/tokens", mark("Access of programs"), False),
            ("/admin/settings", mark("Settings of the site"), False),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The services of one node, as the pages of administration use them."""

    context: WebContext

    @property
    def store(self) -> Store:
        """The database."""
        return self.context.store

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self.context.now()

    async def admin(self) -> SignedIn:
        """The administrator who asks; everybody else is sent away (sign-in, or 403)."""
        return await self.context.sessions.required("admin")

    async def careful_admin(self) -> SignedIn:
        """As `admin`, proved within a quarter of an hour: for what gives or takes power."""
        return await self.context.sessions.recent("admin")

    async def editor(self) -> SignedIn:
        """An editor or an administrator."""
        return await self.context.sessions.required("editor")

    async def who(self) -> str:
        """The name that the audit log gets: the human who is signed in."""
        signed = await self.context.sessions.current()
        assert signed is not None
        return signed.actor.account

    async def page(self, template: str, **values: Any) -> Response:
        """A page of administration with the menu."""
        return await self.context.renderer.render(
            f"administration/{template}.html", index=False, menu=MENU, **values
        )

    async def query(self, operation: Callable[[Tx], Awaitable[T]]) -> T:
        """Read."""
        return await self.store.query(operation)

    async def write(self, operation: Callable[[Tx], Awaitable[T]]) -> T:
        """Write. What makes no sense comes as `Refused` 422 with its reason."""
        try:
            return await self.store.write(operation)
        except NotPossible as error:
            raise Refused(422, "not-possible", str(error)) from None

    async def organisation(self) -> ActorRecord:
        """The organisation of this node. Raises `Refused` 404 before the first run."""
        living = [actor for actor in await self.query(_local) if actor.state == "active"]
        found = next((actor for actor in living if actor.type == "Organization"), None)
        if found is None:
            raise Refused(404, "no-organisation", "This node has no organisation yet.")
        return found

    async def actor(self, username: str) -> ActorRecord:
        """A living account's actor by its name. Raises `Refused` 404."""
        found = await self.query(lambda tx: tx.actors.local(username))
        if found is None or found.state != "active":
            raise Refused(404, "no-member", "There is no such account.")
        return found


async def _local(tx: Tx) -> list[ActorRecord]:
    return await tx.actors.all_local()


def number_in(name: str = "before") -> int | None:
    """A number in the query of the address, such as where a page begins; None without one."""
    text = request.args.get(name, "")
    return id_of(text) if text else None


def id_of(text: str) -> int:
    """An id in an address. Raises `Refused` 404."""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS + 1):
        raise Refused(404, "no-such-number", "There is nothing under this number.")
    number = int(text)
    if number >= 2**63:
        raise Refused(404, "no-such-number", "There is nothing under this number.")
    return number
