"""Keys: our pairs, to sign with, and the public keys of others, to verify with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from actors.identifiers import Identifiers
from actors.memory import Memory
from actors.parsing import actor_record, is_complete, key_records
from actors.sanctions import save_remote
from federation.documents import Document
from federation.errors import Untrusted
from federation.keys import Algorithm, PublicKey
from federation.signing import Scheme, SigningKey
from storage.store import Store, Tx

KEYS_IN_MEMORY: Final = 20_000
TRUSTED_FOR_S: Final = 600.0
RSA_BITS: Final = 2_048


@dataclass(frozen=True, slots=True)
class PemPair:
    """One key pair: SubjectPublicKeyInfo and PKCS#8, both PEM."""

    public_pem: str
    private_pem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyPairs:
    """The two key pairs of an actor: RSA for HTTP signatures, Ed25519 for proofs."""

    rsa: PemPair
    ed25519: PemPair


def generate() -> KeyPairs:
    """New key pairs; takes some 40 ms, so call it in a thread and outside transactions."""
    return KeyPairs(
        _pem_pair(rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)),
        _pem_pair(ed25519.Ed25519PrivateKey.generate()),
    )


def _pem_pair(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> PemPair:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return PemPair(public.decode(), private.decode())


class ActorKeys:
    """The keys of everybody, in memory for ten minutes over the tables `keys` and `actors`.

    This is the `KeyStore` of `federation.verify`.
    """

    def __init__(self, store: Store, identifiers: Identifiers, clock: Callable[[], float]) -> None:
        self._store = store
        self._identifiers = identifiers
        self._clock = clock
        self._public: Memory[str, PublicKey] = Memory(
            clock, size=KEYS_IN_MEMORY, ttl_s=TRUSTED_FOR_S
        )
        self._private: Memory[int, SigningKey] = Memory(clock, size=1_000, ttl_s=TRUSTED_FOR_S)
        self._node_key: SigningKey | None = None

    async def key(self, key_id: str) -> PublicKey | None:
        """The key with this id, from memory or the database; None when it is not known."""
        remembered = self._public.get(key_id)
        if remembered is not None:
            return remembered
        found = await self._store.query(lambda tx: tx.actors.public_key(key_id))
        if found is None:
            return None
        owner, algorithm, pem = found
        key = PublicKey(key_id, owner, cast("Algorithm", algorithm), pem)
        self._public.put(key_id, key)
        return key

    async def remember(self, actor: Document, keys: Sequence[PublicKey]) -> None:
        """Keep a fetched actor and the keys that it vouches for.

        Only keys owned by that actor count. A known actor's profile is renewed; the stub that a
        secure server shows brings its keys alone. Documents of our own are left alone.
        """
        owner = actor.id
        if owner is None or self._identifiers.is_local(owner):
            return
        own = [key for key in keys if key.owner == owner]
        now = int(self._clock() * 1000)
        await self._store.write(lambda tx: _save(tx, actor, own, now))
        for key in own:
            self._public.put(key.key_id, key)

    async def forget(self, key_id: str) -> None:
        """Drop a key that its owner no longer vouches for; never one of ours."""
        self._public.drop(key_id)
        await self._store.write(lambda tx: tx.actors.forget_key(key_id))

    async def signing_key(self, actor_id: int) -> SigningKey:
        """The RSA key with which a local actor signs requests; raises `KeyError`."""
        remembered = self._private.get(actor_id)
        if remembered is not None:
            return remembered
        for record in await self._store.query(lambda tx: tx.actors.keys(actor_id)):
            if record.algorithm == "rsa" and record.private_pem is not None:
                key = SigningKey(record.key_id, "rsa", record.private_pem)
                self._private.put(actor_id, key)
                return key
        raise KeyError(f"actor {actor_id} has no RSA key here")

    async def node_key(self) -> SigningKey:
        """The RSA key of the node itself; raises `KeyError` before the first run."""
        if self._node_key is None:
            url = self._identifiers.node_actor
            node = await self._store.query(lambda tx: tx.actors.by_url(url))
            if node is None:
                raise KeyError(url)
            self._node_key = await self.signing_key(node.id)
        return self._node_key

    def loaded_node_key(self) -> SigningKey | None:
        """The node's key if `node_key` has been awaited once; what `Fetcher` signs with."""
        return self._node_key


async def _save(tx: Tx, actor: Document, keys: list[PublicKey], now: int) -> None:
    known = await tx.actors.by_url(actor.id or "")
    if known is None or is_complete(actor):
        try:
            record = actor_record(actor, now)
        except Untrusted:
            if known is None:
                return
        else:
            if known is not None and known.username == record.username:
                # WebFinger has confirmed this name already.
                record = replace(record, host=known.host, fetched_at=known.fetched_at)
            saved = await save_remote(tx, record)
            await tx.actors.revive(saved.id)
            await tx.actors.replace_keys(saved.id, key_records(saved.id, keys, now))
            return
    await tx.actors.add_keys(key_records(known.id, keys, now))


class HostSchemes:
    """Which HTTP signature each host took last, in memory over the table `hosts`.

    This is the `SchemeMemory` of `federation.fetch`.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._schemes: Memory[str, Scheme | Literal[""]] = Memory(
            clock, size=10_000, ttl_s=TRUSTED_FOR_S
        )

    async def scheme(self, host: str) -> Scheme | None:
        """The scheme that worked last at `host`; None when nothing is known."""
        remembered = self._schemes.get(host)
        if remembered is None:
            found = await self._store.query(lambda tx: tx.hosts.get(host))
            remembered = _scheme(found.scheme if found else "")
            self._schemes.put(host, remembered)
        return remembered or None

    async def remember(self, host: str, scheme: Scheme) -> None:
        """Note which scheme worked; written only when that is news."""
        if self._schemes.get(host) == scheme:
            return
        self._schemes.put(host, scheme)
        now = int(self._clock() * 1000)
        await self._store.write(lambda tx: tx.hosts.remember_scheme(host, scheme, now))


def _scheme(text: str) -> Scheme | Literal[""]:
    match text:
        case "rfc9421" | "cavage":
            return text
        case _:
            return ""
