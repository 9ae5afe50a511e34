"""The people of a benchmark: followers and writers on other servers, with real keys."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import Any

import orjson

from actors.keys import PemPair, generate
from actors.parsing import actor_record
from bench.wire import plain_request
from federation.documents import Document
from federation.signing import SigningKey, sign_cavage
from federation.vocabulary import ACTIVITY_JSON, ACTIVITYSTREAMS, PUBLIC
from storage.records import ActorRecord, KeyRecord

KEYS = 4
PARAGRAPH = (
    "Ce matin, l’atelier a terminé la charpente du préau avec les apprentis de deuxième année. "
    "Le bois vient de la vallée ; le plan et les photos sont sur la page du projet. "
)
_numbers = count(time.time_ns() // 1_000_000)


@cache
def _pairs() -> tuple[PemPair, ...]:
    return tuple(generate().rsa for _ in range(KEYS))


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody on another server who signs what they send."""

    url: str
    host: str
    username: str
    pair: PemPair

    @property
    def key(self) -> SigningKey:
        """The key of their HTTP signatures."""
        return SigningKey(f"{self.url}#main-key", "rsa", self.pair.private_pem)

    def document(self) -> dict[str, Any]:
        """The actor document that their server shows."""
        origin = self.url.partition("/users/")[0]
        return {
            "@context": [ACTIVITYSTREAMS, "https://w3id.org/security/v1"],
            "id": self.url,
            "type": "Person",
            "preferredUsername": self.username,
            "name": f"Personne {self.username}",
            "inbox": f"{self.url}/inbox",
            "outbox": f"{self.url}/outbox",
            "followers": f"{self.url}/followers",
            "endpoints": {"sharedInbox": f"{origin}/inbox"},
            "publicKey": {
                "id": f"{self.url}#main-key",
                "owner": self.url,
                "publicKeyPem": self.pair.public_pem,
            },
        }

    def record(self, now: int) -> ActorRecord:
        """The row of a node that has just fetched them; `now` in milliseconds."""
        return replace(actor_record(Document(self.document()), now), fetched_at=now)

    def key_record(self, actor_id: int, now: int) -> KeyRecord:
        """The row of their public key."""
        key_id = f"{self.url}#main-key"
        return KeyRecord(key_id, actor_id, "rsa", self.pair.public_pem, None, now)

    def create_note(self) -> dict[str, Any]:
        """A new public note for their followers, inside its Create."""
        url = f"{self.url}/notes/{next(_numbers)}"
        published = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        audience = {"to": [PUBLIC], "cc": [f"{self.url}/followers"]}
        note = {
            "id": url,
            "type": "Note",
            "attributedTo": self.url,
            "content": f"<p>{PARAGRAPH * 2}</p>",
            "contentMap": {"fr": f"<p>{PARAGRAPH * 2}</p>"},
            "published": published,
            "url": url,
            "sensitive": False,
            "tag": [],
            "attachment": [],
            **audience,
        }
        return {
            "@context": ACTIVITYSTREAMS,
            "id": f"{url}/activity",
            "type": "Create",
            "actor": self.url,
            "published": published,
            "object": note,
            **audience,
        }


def writer(host: str, username: str, number: int = 0) -> Writer:
    """Somebody at `host`; people of one number (modulo a few) share a key pair."""
    return Writer(f"http://{host}/users/{username}", host, username, _pairs()[number % KEYS])


def signed_notes(writers: Sequence[Writer], inbox: str, total: int) -> list[bytes]:
    """`total` requests, in turn by each writer, ready to be sent to `inbox` (a URL)."""
    people = [writers[number % len(writers)] for number in range(total)]
    with ThreadPoolExecutor() as threads:
        return list(threads.map(lambda person: signed_note(person, inbox), people))


def signed_note(person: Writer, inbox: str) -> bytes:
    """One request with a new note, signed as most servers do (draft-cavage-12)."""
    body = orjson.dumps(person.create_note())
    signed = sign_cavage("POST", inbox, body, person.key, time.time(), ACTIVITY_JSON)
    host, _, path = inbox.removeprefix("http://").partition("/")
    headers = {"Content-Type": ACTIVITY_JSON, "User-Agent": "bench", **signed}
    return plain_request("POST", f"/{path}", host, headers, body)


def many(hosts: Sequence[str], prefix: str, total: int) -> Iterator[Writer]:
    """`total` people spread over `hosts`."""
    for number in range(total):
        yield writer(hosts[number % len(hosts)], f"{prefix}{number}", number)
