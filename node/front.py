"""A node answers other servers while its pages and its API are still being loaded.

Those are three quarters of the program. They are loaded in a thread right after the start; whoever
asks for them meanwhile waits for that moment.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any, Final, NoReturn

from quart import Quart

from federation.errors import Refused
from node.doors import bare_app, federation_doors, finish
from node.services import Services

EARLY: Final = ("/.well-known/webfinger", "/.well-known/nodeinfo", "/nodeinfo/", "/health")
DOCUMENTS: Final = ("/users/", "/objects/", "/activities/", "/actor")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Front:
    """An ASGI application: at first the doors of other servers, then everything."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._app = _early(services)
        self._loaded = asyncio.Event()

    async def load(self) -> None:
        """Load everything else; returns when all doors are open."""
        module = await asyncio.to_thread(import_module, "node.app")
        self._app = module.create_app(self._services)
        self._loaded.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server for each request."""
        if not self._loaded.is_set() and not is_early(scope):
            await self._loaded.wait()
        await self._app(scope, receive, send)  # type: ignore[arg-type]


def is_early(scope: Scope) -> bool:
    """Whether the doors that are open from the start answer this; pages they have none."""
    if scope["type"] != "http":
        return False
    path: str = scope["path"]
    if scope["method"] == "POST":
        return path.endswith("/inbox")
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    asks_document = b"json" in accept and b"html" not in accept
    return path.startswith(EARLY) or (asks_document and path.startswith(DOCUMENTS))


def _early(services: Services) -> Quart:
    app = bare_app(services)
    for door in federation_doors(services, _no_page, _no_page, _no_page):
        app.register_blueprint(door)
    finish(app, services)
    return app


async def _no_page(_: object) -> NoReturn:
    raise Refused(503, "starting", "The node is starting; try again in a moment.")
