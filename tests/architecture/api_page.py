"""docs/mastodon-api.md, written from the routes of the application itself."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from clients.door import Endpoint
from clients.routes import client_door
from config.settings import Settings
from node.app import create_app
from node.services import build_services
from storage.migrate import migrate
from storage.store import open_store
from tests.architecture.source import ROOT

INVENTORY: Final = ROOT / "tests" / "data" / "mastodon-api" / "mastodon-endpoints.json"
INTRODUCTION: Final = """\
# The Mastodon API of a node

Every endpoint that Mastodon documents, and what a node does with it. `make docs` writes this page
from the routes of the application; a test fails when they differ. *yes* means that it does what
Mastodon's documentation says; every answer of our tests is held against the documented shape.

Notifications that only this program has are told as something that apps know: the reuse of an
experience, and being named as an author, as a `mention`; a draft that an editor published as an
`update`. Apps that send `supported_types` get them in words too (`fallback`). News about a draft
that is not published stays on the pages. Groups end at noon and at midnight (UTC). What a filter
with the action `hide` takes out of home timelines, lists and notifications is left out by the
node. The `access_token` of a push is empty: tokens are known by their hash alone.

"""
# Documented endpoints that are not there, by method and path (a pattern), and why.
LEFT_OUT: Final[Mapping[str, str]] = {
    r"\w+ /api/v1/(collections\b.*|accounts/:account_id/(in_)?collections)": (
        "lists of accounts for others (4.6) are not offered, and `api_versions` says so"
    ),
    r"\w+ /api/v1/annual_reports\b.*": "no yearly review is made: figures about persons are theirs",
    r"GET /api/v1_alpha/async_refreshes/:id": "nothing is refreshed behind an answer",
    r"\w+ /api/v1/admin/(ip_blocks|canonical_email_blocks)\b.*": (
        "accounts are made by invitation, so there is no sign-up to keep from an address"
    ),
    r"GET /api/v1/admin/trends/\w+": "trends need no approval",
}


@dataclass(frozen=True, slots=True)
class Documented:
    """One endpoint of the inventory."""

    method: str
    path: str
    scopes: tuple[str, ...]
    removed: bool
    deprecated: bool

    @property
    def key(self) -> str:
        """Method and path with nameless values."""
        return f"{self.method} {nameless(self.path)}"


def nameless(path: str) -> str:
    """A path whose values have no names: `/api/v1/lists/{}`."""
    return re.sub(r"<[^>]+>|:\w+|\{\w+\}", "{}", path)


def inventory() -> list[Documented]:
    """Everything that Mastodon documents, in its order."""
    found: list[dict[str, Any]] = orjson.loads(INVENTORY.read_bytes())
    return [
        Documented(
            row["method"],
            row["path"],
            tuple(row["auth"]["scopes"]),
            row["removed"],
            row["deprecated"],
        )
        for row in found
    ]


async def routes() -> tuple[set[str], list[Endpoint]]:
    """The keys of all routes of the application, and the endpoints of the API's door."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), domain="node.example", synchronous="normal")
        store = await open_store(settings.database_url)
        await migrate(store)
        services = build_services(settings, store)
        app = create_app(services)
        door = client_door(services.clients)
        await services.close()
    return set(_keys(app)), door.endpoints


def _keys(app: Any) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if rule.websocket:
            yield f"WS {nameless(rule.rule)}"
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield f"{method} {nameless(rule.rule)}"


def reason(documented: Documented) -> str | None:
    """Why a documented endpoint is not there; None for those that must be."""
    for pattern, why in LEFT_OUT.items():
        if re.fullmatch(pattern, f"{documented.method} {documented.path}"):
            return why
    return None


def api_page(keys: set[str], endpoints: list[Endpoint]) -> str:
    """The whole page."""
    scopes = {f"{e.method} {nameless(e.path)}": e for e in endpoints}
    lines = ["| endpoint | state | scope |", "|---|---|---|"]
    for documented in inventory():
        state = _state(documented, keys)
        held = scopes.get(documented.key)
        needed = " or ".join(f"`{scope}`" for scope in (held.scopes if held else ()))
        if held is not None and held.who == "anyone" and needed:
            needed = f"none, or {needed}"
        lines.append(f"| `{documented.method} {documented.path}` | {state} | {needed} |")
    known = {documented.key for documented in inventory()}
    extra = [e for e in endpoints if f"{e.method} {nameless(e.path)}" not in known]
    more = [f"- `{e.method} {_readable(e.path)}`" for e in extra]
    ours = ["", "## Besides these", "", *sorted(more)] if more else []
    return INTRODUCTION + "\n".join([*lines, *ours, ""])


def _state(documented: Documented, keys: set[str]) -> str:
    if documented.key in keys:
        return "yes" + (" (deprecated)" if documented.deprecated else "")
    if documented.removed:
        return "no: removed from Mastodon"
    why = reason(documented)
    return f"no: {why}" if why else "no"


def _readable(path: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r":\1", path)
