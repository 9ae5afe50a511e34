"""Accounts are given by invitation: what apps are told who would make one, or confirm its mail."""

from clients.door import Call, Door
from federation.errors import Refused


def add_sign_up_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.post("/api/v1/accounts", "write:accounts", who="app")
    async def sign_up(_: Call) -> None:
        detail = "Accounts of this site are given by invitation; ask the organisation for one"
        raise Refused(403, "by-invitation", detail)

    @door.post("/api/v1/emails/confirmations", "write:accounts")
    async def confirm(_: Call) -> None:
        # No app ever made an account here, and an invitation proves the address.
        detail = "This method is only available while the e-mail is awaiting confirmation"
        raise Refused(403, "confirmed", detail)
