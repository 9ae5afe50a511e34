"""Which account somebody means, and which name a new one could have."""

import asyncio
import re
import unicodedata
from typing import Final

from actors.auth import check_password
from actors.identifiers import Identifiers, acceptable_username
from storage.records import ActorRecord, MemberRecord
from storage.store import Store, Tx

Account = tuple[ActorRecord, MemberRecord]

MAX_TYPED: Final = 300
MAX_USERNAME: Final = 30
JOINED: Final = str.maketrans({"œ": "oe", "æ": "ae", "’": "_"})
# Several accounts may share a mail address; each try costs 30 ms.
MAX_SHARING: Final = 3


def spelling(typed: str) -> str:
    """What somebody typed, as one key for all its spellings: `@Marie@node`, `marie`, a mail."""
    return typed[:MAX_TYPED].replace("\0", "").strip().removeprefix("@").lower()


async def find_accounts(tx: Tx, identifiers: Identifiers, typed: str) -> list[Account]:
    """The open accounts that a name, an address of the network or a mail address stands for."""
    key = spelling(typed)
    name, _, host = key.partition("@")
    if not host or host == identifiers.host:
        found = await tx.credentials.account_by_name(name)
        if found or not host:
            return found
    return (await tx.credentials.accounts_by_mail(key))[:MAX_SHARING]


async def account_with_password(
    store: Store, identifiers: Identifiers, typed: str, password: str
) -> Account | None:
    """The account, if the password is right; as slow for names that nobody has."""
    found = await store.query(lambda tx: find_accounts(tx, identifiers, typed))
    for actor, member in found:
        if await asyncio.to_thread(check_password, member.password_hash, password):
            return actor, member
    if not found:
        await asyncio.to_thread(check_password, "", password)
    return None


async def suggest_username(tx: Tx, name: str) -> str:
    """A free name for a person: `Marie Lefèvre` → `marie_lefevre`, then `marie_lefevre2`…"""
    plain = unicodedata.normalize("NFKD", name.lower().translate(JOINED))
    ascii_name = plain.encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_")[: MAX_USERNAME - 2].strip("_")
    if not acceptable_username(base):
        base = "membre"
    for number in range(1, 100):
        candidate = base if number == 1 else f"{base}{number}"
        if await tx.actors.local(candidate) is None:
            return candidate
    return ""
