"""Apps register before anybody signs in with them; their secret proves later that it is they."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import orjson

from actors.auth import TOKEN_BYTES, token_hash
from actors.oauth.scopes import DEFAULT, UnknownScope, parse_scopes
from federation.errors import Refused
from storage.ids import new_id
from storage.oauth import AppRecord
from storage.store import Tx

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
MAX_NAME: Final = 60
MAX_ADDRESS: Final = 2_000
# What a browser runs or opens by itself instead of handing it to an app.
DANGEROUS: Final = frozenset(
    {
        "about", "blob", "chrome", "content", "data", "file", "filesystem", "jar", "javascript",
        "mailto", "resource", "urn", "vbscript", "view-source", "ws", "wss",
    }
)  # fmt: skip
# Printable ASCII without blanks, quotation marks, angles and backslashes.
_WRITTEN: Final = re.compile(r"[!#-;=?-\[\]^_a-z{|}~]+", re.IGNORECASE)
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Registration:
    """What an app says of itself; `redirect_uris` byte for byte."""

    name: str
    redirect_uris: tuple[str, ...]
    scopes: str = DEFAULT
    website: str = ""


@dataclass(frozen=True, slots=True)
class NewApp:
    """An app as it was registered, with the secret that is shown this once."""

    record: AppRecord
    secret: str


def checked(registration: Registration) -> AppRecord:
    """The row of a new app, its secret missing. Raises `Refused` 422 that says what is wrong."""
    name = registration.name.strip()
    if not name:
        raise _invalid("Application name can't be blank")
    if len(name) > MAX_NAME or "\0" in name:
        raise _invalid(f"Application name is too long (maximum is {MAX_NAME} characters)")
    website = registration.website.strip()
    if website and not (is_web_address(website) and len(website) <= MAX_ADDRESS):
        raise _invalid("Application website is not a valid URL")
    try:
        scopes = parse_scopes(registration.scopes or DEFAULT)
    except UnknownScope:
        raise _invalid("Scopes doesn't match configured on the server.") from None
    return AppRecord(
        id=new_id(),
        client_id=secrets.token_urlsafe(TOKEN_BYTES),
        secret_hash="",
        name=name,
        website=website,
        redirect_uris=orjson.dumps(_checked_uris(registration.redirect_uris)).decode(),
        scopes=" ".join(scopes),
        created_at=0,
    )


def _checked_uris(uris: Sequence[str]) -> list[str]:
    """Redirect URIs that a code may be sent to, each once. Raises `Refused` 422."""
    found = list(dict.fromkeys(uri for uri in uris if uri))
    if not found:
        raise _invalid("Redirect URI can't be blank")
    if sum(map(len, found)) > MAX_ADDRESS:
        raise _invalid(f"Redirect URI is too long (maximum is {MAX_ADDRESS} characters)")
    for uri in found:
        problem = "" if uri == OUT_OF_BAND else _problem(uri)
        if problem:
            raise _invalid(f"Redirect URI {problem}")
    return found


def _problem(uri: str) -> str:
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return "must be an absolute URI."
    if scheme[1].lower() in DANGEROUS:
        return "is forbidden by the server."
    if "#" in uri:
        return "cannot contain a fragment."
    if not _WRITTEN.fullmatch(uri):
        return "must be a valid URI."
    try:
        urlsplit(uri)
    except ValueError:
        return "must be a valid URI."
    web = scheme[1].lower() in ("http", "https")
    return "must be a valid URI." if web and not is_web_address(uri) else ""


def is_web_address(text: str) -> bool:
    """Whether this is a web address that names a host and no user."""
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and (parts.port is None or parts.port >= 0)
    except ValueError:
        return False
    plain = _WRITTEN.fullmatch(text) is not None and "@" not in parts.netloc
    return usable and plain and parts.scheme.lower() in ("http", "https")


async def register(tx: Tx, app: AppRecord, now: int) -> NewApp:
    """Keep an app that was `checked`; only the hash of its secret is kept. `now` in ms."""
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    record = AppRecord(
        app.id, app.client_id, token_hash(secret), app.name, app.website,
        app.redirect_uris, app.scopes, now,
    )  # fmt: skip
    await tx.oauth.add_app(record)
    return NewApp(record, secret)


async def proved_app(tx: Tx, client_id: str, secret: str) -> AppRecord | None:
    """The app with this name, if the secret is its own."""
    app = await tx.oauth.app_by_client(client_id) if client_id else None
    right = hmac.compare_digest(app.secret_hash if app else "-", token_hash(secret))
    return app if right else None


def redirect_uris(app: AppRecord) -> list[str]:
    """Where an app may be sent a code, as it registered them."""
    found: list[str] = orjson.loads(app.redirect_uris)
    return found


def _invalid(text: str) -> Refused:
    return Refused(422, "invalid-app", f"Validation failed: {text}")
