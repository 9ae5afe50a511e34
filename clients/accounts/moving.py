"""Other accounts of the same person, and moving to one of them, as GoToSocial has it."""

import asyncio
from typing import Final

import msgspec
import orjson
from quart import Response

from actors.auth import check_password
from actors.local import ProfileChanges
from actors.parsing import MAX_ALIASES
from actors.sign_in.throttle import Throttle
from clients.accounts.changing import invalid
from clients.accounts.own import credential_account
from clients.door import Call, Door, written
from clients.entities.accounts import CredentialAccount
from federation.errors import FederationError, Refused
from outbox.acts.move import move
from outbox.acts.profile import change_typed_profile

MAX_TYPED: Final = 2_048


class Aliases(msgspec.Struct):
    """The addresses of one's other accounts; all of them."""

    also_known_as_uris: list[str] = []


class Departure(msgspec.Struct):
    """Where to go; the password says that it is really meant."""

    moved_to_uri: str = ""
    password: str = ""


def add_moving_routes(door: Door) -> None:
    """Register the endpoints."""
    throttle = Throttle()

    @door.post("/api/v1/accounts/alias", "write:accounts")
    async def alias(call: Call) -> CredentialAccount:
        named = [one.strip() for one in (await call.read(Aliases)).also_known_as_uris]
        wanted = list(dict.fromkeys(one for one in named if one))
        if len(wanted) > MAX_ALIASES:
            raise invalid(f"At most {MAX_ALIASES} aliases are possible")
        known = set(orjson.loads(call.me.also_known_as))
        found = [url if url in known else await _found(call, url) for url in wanted]
        changes = ProfileChanges(also_known_as=list(dict.fromkeys(found)))
        await change_typed_profile(call.context.outbox, call.me, changes)
        return await credential_account(call)

    @door.post("/api/v1/accounts/move", "write:accounts")
    async def leave(call: Call) -> Response:
        wanted = await call.read(Departure)
        if not wanted.moved_to_uri.startswith(("https://", "http://")):
            raise invalid("Moved to uri is not an address")
        throttle.by_account(str(call.me.id))
        known = call.token.member.password_hash
        if not await asyncio.to_thread(check_password, known, wanted.password):
            raise Refused(401, "wrong-password", "The password is not right")
        await move(call.context.outbox, call.me, wanted.moved_to_uri)
        return written({"message": "accepted"}, 202)


async def _found(call: Call, url: str) -> str:
    """The id of the actor at an address; raises `Refused` 422 for nobody and for oneself."""
    try:
        if not url.startswith(("https://", "http://")) or len(url) > MAX_TYPED:
            raise LookupError(url)
        actor = await call.context.outbox.remote.by_url(url)
    except (FederationError, LookupError):
        raise invalid(f"There is no account at {url[:200]}") from None
    if actor.id == call.me.id:
        raise invalid("An account cannot be an alias of itself")
    return actor.url
