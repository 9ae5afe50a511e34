"""`/sign-in/passkey`: signing in with a passkey; the only way in that needs a script."""

import logging

from quart import Blueprint, Response

from actors.sign_in.passkeys import PasskeyRefused
from federation.errors import Refused
from web.sign_in.desk import Desk, address, wanted_path

log = logging.getLogger(__name__)

JSON = "application/json"


def add_passkey_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The question to the browser, and its answer; both as forms of our own page."""
    context = desk.context

    @blueprint.post("/sign-in/passkey/options")
    async def passkey_options() -> Response:
        await context.sessions.checked_form()
        desk.throttle.by_address(address())
        return Response(
            await desk.passkeys.challenge(),
            content_type=JSON,
            headers={"Cache-Control": "no-store"},
        )

    @blueprint.post("/sign-in/passkey")
    async def passkey() -> Response:
        values = await context.sessions.checked_form()
        desk.throttle.by_address(address())
        try:
            proof = await desk.passkeys.prove(values.get("credential", ""))
        except PasskeyRefused as error:
            log.info("a passkey was refused from %s: %s", address(), error)
            raise Refused(403, "passkey", "This passkey is not known here.") from error
        accounts = await context.store.query(lambda tx: tx.credentials.account(proof.actor_id))
        if not accounts:
            raise Refused(403, "passkey", "This passkey is not known here.")
        return await desk.proved(*accounts[0], wanted_path(values), complete=proof.verified)
