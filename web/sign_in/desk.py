"""What all sign-in pages share: who was proved, what is still asked of them, where they go on."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from quart import Response, request

from actors.sign_in.codes import SECOND_FACTOR, new_code
from actors.sign_in.passkeys import Passkeys
from actors.sign_in.throttle import Throttle, TooOften
from federation.openid import OpenIdProvider, ProviderSettings
from storage.records import ActorRecord, MemberRecord
from storage.store import Tx
from web.context import WebContext
from web.forms import Form
from web.rendering import redirect
from web.sessions import SignedIn, own_path

log = logging.getLogger(__name__)

PROVIDER_RETURN: Final = "/sign-in/oidc/back"
HOME: Final = "/dashboard"


@dataclass(frozen=True, slots=True)
class Desk:
    """The services behind the sign-in pages of one node."""

    context: WebContext
    passkeys: Passkeys
    provider: OpenIdProvider | None
    throttle: Throttle = field(default_factory=Throttle)

    @classmethod
    def of(cls, context: WebContext) -> "Desk":
        """The desk of a node, with the provider that its settings name."""
        clock = context.sessions.clock
        passkeys = Passkeys(context.store, context.settings, clock)
        return cls(context, passkeys, _provider(context))

    @property
    def mails_arrive(self) -> bool:
        """Whether a link by mail can be offered; in development mails are files to be read."""
        settings = self.context.settings
        return bool(settings.mail_server) or settings.development

    def cookie(self, name: str) -> str:
        """The name of a short-lived cookie of the sign-in pages."""
        return f"__Host-{name}" if self.context.settings.scheme == "https" else name

    def set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Keep something in the browser while somebody signs in."""
        response.set_cookie(
            self.cookie(name),
            value,
            max_age=seconds,
            path="/",
            secure=self.context.settings.scheme == "https",
            httponly=True,
            samesite="Lax",
        )

    def drop_cookie(self, response: Response, name: str) -> None:
        """Forget what `set_cookie` kept."""
        response.delete_cookie(
            self.cookie(name),
            path="/",
            secure=self.context.settings.scheme == "https",
            httponly=True,
            samesite="Lax",
        )

    async def proved(
        self, actor: ActorRecord, member: MemberRecord, path: str, *, complete: bool = False
    ) -> Response:
        """Go on after a proof: to the second one if the account asks for it, else inside.

        `complete` proofs (a passkey that verified its owner) need no second one.
        """
        factor = None
        if not complete:
            factor = await self.context.store.query(lambda tx: tx.credentials.factor(actor.id))
        if factor is None or not factor.confirmed_at:
            return await self.enter(actor, path)
        now = self.context.now()

        async def operation(tx: Tx) -> str:
            return await new_code(
                tx, SECOND_FACTOR, now, actor_id=member.actor_id, details={"next": path}
            )

        response = redirect("/sign-in/code")
        code = await self.context.store.write(operation)
        self.set_cookie(response, "second", code, SECOND_FACTOR.lifetime // 1000)
        return response

    async def enter(self, actor: ActorRecord, path: str, *, done: str = "") -> Response:
        """Start the session and send the browser where it wanted to go."""
        response = redirect(own_path(path) or HOME, done=done)
        await self.context.sessions.start(response, actor)
        self.drop_cookie(response, "second")
        log.info("%s signed in", actor.account)
        return response

    async def tell(self, tx: Tx, signed: SignedIn, what: str) -> None:
        """Tell somebody by mail what changed about their way in: it may not have been them."""
        member = signed.member
        if member.email:
            name = signed.actor.name or signed.actor.username
            await self.context.mails.queue(
                tx, member.email, "security_change", member.language, name=name, what=what
            )


async def say_too_often(context: WebContext, form: Form, error: TooOften) -> dict[str, str]:
    """Say in a form how long to wait; gives the header that says the same to programs."""
    _ = await context.renderer.translate()
    text = _("Too many tries. Wait %d seconds, then try again.")
    form.refuse("", text.replace("%d", str(error.retry_after)))
    return {"Retry-After": str(error.retry_after)}


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or "unknown"


def wanted_path(values: Mapping[str, Any]) -> str:
    """The page of ours that somebody wants to go to after signing in; empty for none."""
    return own_path(str(values.get("next", ""))) or ""


def _provider(context: WebContext) -> OpenIdProvider | None:
    chosen = context.settings
    if not chosen.oidc_issuer:
        return None
    agreed = ProviderSettings(
        issuer=chosen.oidc_issuer,
        client_id=chosen.oidc_client_id,
        client_secret=chosen.oidc_client_secret,
        scopes=chosen.oidc_scopes,
        acr=chosen.oidc_acr,
        redirect_uri=f"{chosen.origin}{PROVIDER_RETURN}",
    )
    return OpenIdProvider(context.client, agreed, context.sessions.clock)
