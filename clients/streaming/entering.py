"""The door of the streams: whose token, shown in one of three ways."""

from collections.abc import Sequence

from werkzeug.datastructures import Headers, MultiDict

from actors.auth import TokenHolder, authenticate
from clients.context import ClientContext
from federation.errors import Refused


async def entering(
    context: ClientContext,
    headers: Headers,
    query: MultiDict[str, str],
    subprotocols: Sequence[str] = (),
) -> TokenHolder:
    """Who wants to listen: token in the header, the query, or as a subprotocol.

    Cookies are never looked at, so that it does not matter from which site a page asks.
    Raises `Refused` 401.
    """
    header = headers.get("Authorization", "")
    if not header.lower().startswith("bearer "):
        token = query.get("access_token") or next(iter(subprotocols), "")
        if not token:
            raise Refused(401, "token-required", "Missing access token")
        header = f"Bearer {token}"
    holder = await authenticate(context.store, header, context.outbox.clock)
    if holder is None:
        raise Refused(401, "invalid_token", "Invalid access token")
    return holder
