"""Who is looking: the signed reader of a document, and what an unsigned one may have."""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from actors.identifiers import Identifiers
from actors.policy import DomainRules
from federation.errors import Refused
from federation.incoming import IncomingRequest
from federation.verify import KeyStore, Verifier
from storage.records import ActorRecord
from storage.store import Tx

log = logging.getLogger(__name__)

# Only to know which rules apply before any work is done; the verifier parses in earnest.
_KEY_ID: Final = re.compile(r'keyid\s*=\s*"([^"]{1,2048})"', re.IGNORECASE)


class Visitors:
    """Decides on whose behalf a document is read, by the signature of the request."""

    def __init__(
        self, verifier: Verifier, rules: DomainRules, keys: KeyStore, *, secure_mode: bool
    ) -> None:
        self._verifier = verifier
        self._rules = rules
        self._keys = keys
        self.secure_mode = secure_mode

    async def viewer(self, request: IncomingRequest) -> str | None:
        """The actor who validly signed the request; None for an unsigned one.

        May fetch the reader's key. Raises `Refused`: 403 for a suspended domain, 401 for a
        signature that does not hold and, in secure mode, for none; 503 when the key's server is
        silent.
        """
        claimed = claimed_key(request)
        if claimed is None:
            if self.secure_mode:
                raise Refused(401, "signature-required", "This node wants signed requests.")
            return None
        await self._rules.refuse_if_suspended(claimed)
        sender = await self._verifier.verify_request(request)
        await self._rules.refuse_if_suspended(sender.actor)
        return sender.actor

    async def known_viewer(self, request: IncomingRequest) -> str | None:
        """As `viewer`, for what anybody may read: an unknown key is not fetched for it.

        While a server checks our signature it asks for our actor, and must not wait for us to
        ask for its own. In secure mode this is `viewer`.
        """
        claimed = claimed_key(request)
        if self.secure_mode or claimed is None:
            return await self.viewer(request)
        await self._rules.refuse_if_suspended(claimed)
        if await self._keys.key(claimed) is None:
            return None
        return await self.viewer(request)


def claimed_key(request: IncomingRequest) -> str | None:
    """The key id that a signature names, in either scheme, unverified; None when unsigned.

    An unreadable signature gives an empty id, which the verifier then refuses.
    """
    fields = request.fields
    if "signature" not in fields:
        return None
    text = fields.get("signature-input") or fields["signature"]
    found = _KEY_ID.search(text)
    return found[1] if found else ""


async def is_blocked(tx: Tx, owner: ActorRecord, viewer: str | None) -> bool:
    """Whether `owner` blocks the actor at the URL `viewer`."""
    if viewer is None:
        return False
    reader = await tx.actors.by_url(viewer)
    return reader is not None and await tx.relationships.blocks(owner.id, reader.id)


def incoming_request(
    scope: Mapping[str, Any], body: bytes, identifiers: Identifiers
) -> IncomingRequest:
    """An ASGI request as the verifier reads it; scheme and host are our own public ones."""
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string") or b""
    target = raw_path.partition(b"?")[0] + (b"?" + query if query else b"")
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in scope["headers"]
    )
    return IncomingRequest(
        method=scope["method"],
        target=target.decode("latin-1"),
        headers=headers,
        body=body,
        scheme="https" if identifiers.origin.startswith("https:") else "http",
        host=identifiers.host,
    )
