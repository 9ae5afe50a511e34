"""Activities that someone else brings: believed for what their actor signed or still serves."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, Literal

from federation.addresses import host_of, same_origin
from federation.documents import Document
from federation.errors import Gone, Refused, Unreachable, Untrusted
from federation.key_lookup import DocumentSource, KeyLookup, KeyUnavailable
from federation.keys import PublicKey
from federation.linked_data_signatures import signature_creator, verify_linked_data_signature
from federation.proofs import proof_keys, verify_proof
from federation.vocabulary import ACTIVITYSTREAMS

MAX_PROOF_KEYS: Final = 2

ForwardedHow = Literal["proof", "ld-signature", "fetched"]


@cache
def _one_thread() -> ThreadPoolExecutor:
    """Canonicalising graphs is slow: one at a time, beside the event loop."""
    return ThreadPoolExecutor(1, thread_name_prefix="linked-data")


class Forwarded:
    """Checks an activity that its actor did not deliver in person.

    In this order: a FEP-8b32 proof by the actor; an RsaSignature2017 by the actor; the activity
    as the actor's origin serves it under its id. A deletion cannot be fetched, so for `Delete`
    the origin is asked for the object: 410 or a Tombstone confirms it. 404 does not, since that
    is what servers also answer about posts that we may not see.
    """

    def __init__(
        self,
        keys: KeyLookup,
        source: DocumentSource,
        clock: Callable[[], float],
        fetch_allowed: Callable[[str], bool],
    ) -> None:
        self._keys = keys
        self._source = source
        self._clock = clock
        self._fetch_allowed = fetch_allowed

    async def check(self, document: Document, actor: str) -> tuple[ForwardedHow, Document]:
        """How the activity was confirmed, and the document to go on with.

        Raises `Refused`: 401 when nothing confirms it, 503 when its origin is out of reach.
        """
        if await self._has_proof(document, actor):
            return "proof", document
        if await self._has_linked_data_signature(document, actor):
            return "ld-signature", document
        try:
            if document.type == "Delete":
                return "fetched", await self._confirmed_deletion(document, actor)
            return "fetched", await self._fetched(document, actor)
        except Unreachable as error:
            if error.passing:
                raise Refused(503, "origin-unreachable", str(error)) from None
            raise Refused(401, "not-confirmed", str(error)) from None
        except (Gone, Untrusted) as error:
            raise Refused(401, "not-confirmed", str(error)) from None

    async def _has_proof(self, document: Document, actor: str) -> bool:
        """Whether a proof on the document is the actor's, by the newest version of the key."""

        def proves(key: PublicKey) -> bool:
            try:
                verify_proof(document.raw, key, self._clock())
            except Refused:
                return False
            return key.owner == actor

        for key_id in proof_keys(document.raw)[:MAX_PROOF_KEYS]:
            if not same_origin(key_id, actor):
                continue
            try:
                if proves(await self._keys.get(key_id)):
                    return True
                renewed = await self._keys.renew(key_id)
            except KeyUnavailable:
                continue
            if renewed is not None and proves(renewed):
                return True
        return False

    async def _has_linked_data_signature(self, document: Document, actor: str) -> bool:
        creator = signature_creator(document.raw)
        if creator is None or not same_origin(creator, actor):
            return False
        try:
            key = await self._keys.get(creator)
            if key.owner != actor:
                return False
            await asyncio.get_running_loop().run_in_executor(
                _one_thread(), verify_linked_data_signature, document.raw, key, self._clock()
            )
        except Refused:
            return False
        return True

    async def _fetched(self, document: Document, actor: str) -> Document:
        """The activity as its origin serves it, if it is the one that we were told of."""
        assert document.id is not None
        fetched = await self._ask(document.id)
        same = (fetched.id, fetched.type, fetched.ids("actor"))
        if same != (document.id, document.type, (actor,)):
            raise Untrusted(document.id, "its origin serves another activity there")
        return fetched

    async def _confirmed_deletion(self, document: Document, actor: str) -> Document:
        """The deletion with nothing in it but what the origin confirms."""
        target = document.first_id("object")
        if target is None or not same_origin(target, actor):
            raise Refused(401, "not-confirmed", "a deletion of what is not the actor's")
        try:
            deleted = "Tombstone" in (await self._ask(target)).types
        except Gone as gone:
            deleted = gone.status == 410
        if not deleted:
            raise Refused(401, "not-confirmed", f"{target} is not said to be deleted")
        return Document(
            {
                "@context": ACTIVITYSTREAMS,
                "id": document.id,
                "type": "Delete",
                "actor": actor,
                "object": target,
            }
        )

    async def _ask(self, url: str) -> Document:
        if not self._fetch_allowed(host_of(url)):
            raise Unreachable(url, "no more fetches from this host for now")
        return await self._source.document(url)
