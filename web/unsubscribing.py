"""`/unsubscribe`: ending mails with one click, without signing in (RFC 8058).

The address carries who and which mails, signed; whoever holds it can do nothing else with it.
"""

import hashlib
import hmac
import secrets
from typing import Final

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.choices import RHYTHMS, Rhythm, mail_choices, save_mail_choices
from storage.store import Tx
from web.context import WebContext

SECRET: Final = "unsubscribe-secret"  # noqa: S105 (the name of a fact)
MAX_TOKEN: Final = 200


async def unsubscribe_address(tx: Tx, origin: str, actor_id: int, rhythm: Rhythm) -> str:
    """The address that ends mails of this rhythm for this member; needs a writing transaction."""
    secret = await tx.ledger.ensure_fact(SECRET, secrets.token_hex(32))
    return f"{origin}/unsubscribe?t={actor_id}.{rhythm}.{_signature(secret, actor_id, rhythm)}"


def _signature(secret: str, actor_id: int, rhythm: str) -> str:
    signed = f"unsubscribe {actor_id} {rhythm}".encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


async def read_token(tx: Tx, token: str) -> tuple[int, Rhythm]:
    """Who ends which mails. Raises `Refused` 404 for anything that this node did not sign."""
    number, rhythm, signature = (*token[:MAX_TOKEN].split("."), "", "", "")[:3]
    chosen = next((known for known in RHYTHMS if known == rhythm), None)
    secret = await tx.ledger.fact(SECRET)
    if secret and chosen and number.isascii() and number.isdigit():
        right = _signature(secret, int(number), rhythm)
        if hmac.compare_digest(right.encode(), signature.encode()):
            return int(number), chosen
    raise Refused(404, "not-found", "This address ends no mails.")


def add_unsubscribe_routes(blueprint: Blueprint, context: WebContext) -> None:
    """A page with one button; mail programs press it by themselves.

    The POST carries no form token: it comes from mail services without a session, and the signed
    address is its proof.
    """

    @blueprint.get("/unsubscribe")
    async def unsubscribe_page() -> Response:
        token = request.args.get("t", "")
        _, rhythm = await context.store.query(lambda tx: read_token(tx, token))
        return await _show(context, token, rhythm, done=False)

    @blueprint.post("/unsubscribe")
    async def unsubscribe() -> Response:
        token = request.args.get("t", "")

        async def operation(tx: Tx) -> Rhythm:
            actor_id, rhythm = await read_token(tx, token)
            if await tx.members.by_actor(actor_id) is not None:
                choices = await mail_choices(tx, actor_id)
                await save_mail_choices(tx, actor_id, choices.without(rhythm))
            return rhythm

        rhythm = await context.store.write(operation)
        return await _show(context, token, rhythm, done=True)


async def _show(context: WebContext, token: str, rhythm: Rhythm, *, done: bool) -> Response:
    return await context.renderer.render(
        "workspace/unsubscribe.html",
        index=False,
        headers={"Referrer-Policy": "no-referrer"},
        token=token,
        rhythm=rhythm,
        ended=done,
    )
