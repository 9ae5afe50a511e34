"""Who may use this part of the API: administrators, with a token that says so."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from actors.administration import NotPossible, has_role
from clients.door import Call
from federation.errors import Refused, Untrusted
from storage.store import Tx

T = TypeVar("T")


def administrator(call: Call) -> str:
    """The name under which an administrator's acts are logged; raises `Refused` 403."""
    if not has_role(call.token.member, "admin"):
        raise Refused(403, "role-required", "This action is not allowed")
    return call.me.account


async def written(call: Call, operation: Callable[[Tx], Awaitable[T]]) -> T:
    """Write; what makes no sense is refused with 422 and its reason."""
    return await possible(call.store.write(operation))


async def possible(act: Awaitable[T]) -> T:
    """The result of an act; what makes no sense is refused with 422 and its reason."""
    try:
        return await act
    except NotPossible as error:
        raise Refused(422, "not-possible", f"Validation failed: {error}") from None
    except Untrusted as error:
        raise Refused(422, "no-domain", f"Validation failed: Domain {error.reason}") from None
