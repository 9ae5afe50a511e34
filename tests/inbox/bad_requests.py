"""Deliveries that must be refused at every inbox: what is wrong, and the right answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.factories import Json, create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import NOW, Remote
from tests.support.wires import Wires

DAY = 24 * 3600.0
Make = Callable[["World"], dict[str, Any]]


@dataclass(frozen=True)
class World:
    """The node whose doors are tried, and people on other servers."""

    node: LocalNode
    alice: Remote
    bob: Remote

    @property
    def wires(self) -> Wires:
        """What other servers serve."""
        return self.node.wires


@dataclass(frozen=True)
class Bad:
    """A bad delivery: `make` gives what `LocalNode.deliver` takes."""

    name: str
    status: int
    code: str
    make: Make


def _hello(world: World) -> Json:
    return create(world.alice, note(world.alice))


def _with(**headers: str | None) -> Make:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda world: {"sender": world.alice, "activity": _hello(world), "headers": named}


def _raw(body: bytes, **headers: str) -> Make:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda world: {"sender": world.alice, "activity": body, "headers": named}


def _saying(**changes: Any) -> Make:
    return lambda world: {"sender": world.alice, "activity": {**_hello(world), **changes}}


def _at(moment: float, scheme: str = "cavage") -> Make:
    return lambda world: {
        "sender": world.alice,
        "activity": _hello(world),
        "now": moment,
        "scheme": scheme,
    }


def _wrong_signature(world: World) -> dict[str, Any]:
    forged = Remote(world.alice.url, rsa_name="a thief")
    return {"sender": forged, "activity": _hello(world)}


def _other_body(world: World) -> dict[str, Any]:
    """The signature and digest of one body, another body of the same length."""
    hello = _hello(world)
    body = json.dumps(hello)
    changed = body.replace("Bonjour", "Bonsoir")
    request = world.alice.post(body.encode())
    kept = {
        name: value for name, value in request.headers if name in ("signature", "digest", "date")
    }
    return {"sender": world.alice, "activity": changed.encode(), "headers": kept}


def _for_another_server(world: World) -> dict[str, Any]:
    """What somebody sent to another server, passed on to us with its signature."""
    elsewhere = "https://other.example/inbox"
    return {"sender": world.alice, "activity": _hello(world), "signed_for": elsewhere}


def _another_actor(world: World) -> dict[str, Any]:
    """Alice signs what she says that Bob did, and Bob's server knows nothing of it."""
    return {"sender": world.alice, "activity": create(world.bob, note(world.bob))}


def _same_server_other_actor(world: World) -> dict[str, Any]:
    carol = world.wires.person("https://mastodon.example/users/carol")
    return {"sender": world.alice, "activity": create(carol, note(carol))}


def _foreign_id(world: World) -> dict[str, Any]:
    stolen = {**_hello(world), "id": f"{world.bob.url}/activities/1"}
    return {"sender": world.alice, "activity": stolen}


def _unknown_actor(world: World) -> dict[str, Any]:
    nobody = Remote("https://mastodon.example/users/nobody")
    return {"sender": nobody, "activity": create(nobody, note(nobody))}


def _deleted_actor(world: World) -> dict[str, Any]:
    gone = world.wires.person("https://mastodon.example/users/gone")
    world.wires.take_away(gone.url)
    return {"sender": gone, "activity": create(gone, note(gone))}


def _silent_key_server(world: World) -> dict[str, Any]:
    person = world.wires.person("https://silent.example/users/dan")
    world.wires.silent.add("silent.example")
    return {"sender": person, "activity": create(person, note(person))}


def _slow_key_server(world: World) -> dict[str, Any]:
    person = world.wires.person("https://slow.example/users/dan")
    world.wires.endless.add("slow.example")
    return {"sender": person, "activity": create(person, note(person))}


def _private_key_server(world: World) -> dict[str, Any]:
    person = Remote("https://127.0.0.1/users/eve")
    return {"sender": person, "activity": create(person, note(person))}


def _redirect_loop(world: World) -> dict[str, Any]:
    person = Remote("https://loop.example/users/eve")
    world.wires.redirects[person.url] = person.url
    return {"sender": person, "activity": create(person, note(person))}


def _redirect_inside(world: World) -> dict[str, Any]:
    person = Remote("https://inside.example/users/eve")
    world.wires.redirects[person.url] = "https://169.254.169.254/latest/meta-data/"
    return {"sender": person, "activity": create(person, note(person))}


def _key_of_another(world: World) -> dict[str, Any]:
    """A document that claims a key of another origin vouches for nothing."""
    eve = world.wires.person("https://evil.example/users/eve")
    document = eve.document()
    key = {**document["publicKey"], "id": f"{world.bob.url}#main-key", "owner": world.bob.url}
    world.wires.serve({**document, "publicKey": [key]})
    thief = Remote(world.bob.url, rsa_name=eve.url)
    return {"sender": thief, "activity": create(world.bob, note(world.bob))}


def _nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


ALL: tuple[Bad, ...] = (
    Bad("no signature", 401, "signature-missing", _with(Signature=None)),
    Bad("an unreadable signature", 400, "signature-malformed", _with(Signature="nonsense")),
    Bad("a wrong signature", 401, "signature-invalid", _wrong_signature),
    Bad("no digest", 401, "not-present", _with(Digest=None)),
    Bad("another digest", 401, "digest-mismatch", _other_body),
    Bad("no date", 401, "not-present", _with(Date=None)),
    Bad("an unreadable date", 401, "date-malformed", _with(Date="yesterday")),
    Bad("a date long ago", 401, "clock-window", _at(NOW - 2 * DAY)),
    Bad("a date to come", 401, "clock-window", _at(NOW + 2 * DAY)),
    Bad("a message signature long ago", 401, "clock-window", _at(NOW - 2 * DAY, "rfc9421")),
    Bad("signed for another server", 401, "signature-invalid", _for_another_server),
    Bad("another actor", 401, "not-confirmed", _another_actor),
    Bad("another actor there", 401, "not-confirmed", _same_server_other_actor),
    Bad("an id of another origin", 403, "foreign-id", _foreign_id),
    Bad("no id", 400, "no-id", _saying(id=None)),
    Bad("no actor", 400, "no-actor", _saying(actor=None)),
    Bad("two actors", 400, "no-actor", _saying(actor=["https://a.example/", "https://b.example"])),
    Bad("no type", 400, "no-type", _saying(type=None)),
    Bad("too long", 413, "too-large", _raw(b'{"a":"' + b"x" * 1_000_001 + b'"}')),
    Bad("too deep", 400, "too-deep", _raw(_nested(40))),
    Bad("far too deep", 400, "too-deep", _raw(_nested(100_000))),
    Bad("not UTF-8", 400, "not-utf8", _raw(b'{"a":"\xff\xfe"}')),
    Bad("a name twice", 400, "duplicate-keys", _raw(b'{"actor":"a","actor":"b"}')),
    Bad("no JSON", 400, "malformed-json", _raw(b"{")),
    Bad("nothing", 400, "malformed-json", _raw(b"")),
    Bad("a list", 400, "not-an-object", _raw(b"[]")),
    Bad("plain JSON", 415, "content-type", _with(Content_Type="application/json")),
    Bad("HTML", 415, "content-type", _with(Content_Type="text/html")),
    Bad("no content type", 415, "content-type", _with(Content_Type=None)),
    Bad("LD without profile", 415, "content-type", _with(Content_Type="application/ld+json")),
    Bad("an unknown actor", 401, "key-gone", _unknown_actor),
    Bad("a deleted actor", 401, "key-gone", _deleted_actor),
    Bad("an unreachable key server", 503, "key-unreachable", _silent_key_server),
    Bad("a slow key server", 503, "key-unreachable", _slow_key_server),
    Bad("a key at a private address", 401, "key-untrusted", _private_key_server),
    Bad("a redirect loop", 401, "key-untrusted", _redirect_loop),
    Bad("a redirect inside", 401, "key-untrusted", _redirect_inside),
    Bad("a key of another", 401, "signature-invalid", _key_of_another),
)
