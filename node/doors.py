"""The doors that other servers knock at, and what all doors have in common."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from quart import Blueprint, Quart, Response, request
from werkzeug.routing import IntegerConverter, Map

from actors.routes import ActorServices, actor_routes
from actors.routes import Page as ActorPage
from clients.cors import install_cors
from federation.errors import Refused
from inbox.door import Door
from inbox.gate import InboxGate
from inbox.routes import InboxServices, inbox_door, inbox_routes
from node.errors import install_error_answers
from node.health import health_routes
from node.services import Services
from objects.projects.serving import MemberFiles
from objects.routes import ObjectPage, ObjectServices, TagPage, object_routes
from outbox.routes import OutboxDoor, outbox_routes
from storage.records import ActorRecord

MULTIPART_OVERHEAD = 100_000


class Id(IntegerConverter):
    """A number in an address that a database can hold; larger ones lead nowhere."""

    def __init__(self, rules: Map) -> None:
        super().__init__(rules, max=2**63 - 1)


def bare_app(services: Services) -> Quart:
    """An application without any door."""
    app = Quart("node", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = services.settings.max_upload + MULTIPART_OVERHEAD
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = Id
    return app


def federation_doors(
    services: Services, actor: ActorPage, item: ObjectPage, tag: TagPage
) -> Iterator[Blueprint]:
    """What other servers, ActivityPub clients and monitors talk to.

    The pages are what people are shown at the addresses of actors, objects and hashtags.
    """
    settings, store, identifiers = services.settings, services.store, services.identifiers
    yield actor_routes(
        ActorServices(
            store=store,
            identifiers=identifiers,
            settings=settings,
            visitors=services.visitors,
            clock=services.clock,
            version=version("communotic"),
            page=actor,
        )
    )

    async def signed_in() -> ActorRecord | None:
        session = await services.web.sessions.current()
        return session.actor if session is not None else None

    yield object_routes(
        ObjectServices(
            store=store,
            identifiers=identifiers,
            visitors=services.visitors,
            files=services.files,
            clock=services.clock,
            page=item,
            tag_page=tag,
            member_files=MemberFiles(
                store,
                services.files,
                services.visitors,
                services.leaves,
                signed_in,
                services.clock,
            ),
        )
    )
    limits = services.web.limits
    yield outbox_routes(
        OutboxDoor(services.outbox, services.visitors, services.fetcher, services.files, limits)
    )
    yield health_routes(services)


def finish(app: Quart, services: Services) -> None:
    """The inboxes, and what holds for every answer: errors in words, headers that harden."""
    inbox = _inbox(services)
    inboxes: Door = inbox_door(inbox)
    app.register_blueprint(inbox_routes(inbox, inboxes))
    install_cors(app)
    install_error_answers(app, services.web.renderer)

    @app.before_request
    async def refuse_nul() -> None:
        if "\0" in request.path or b"%00" in request.query_string:
            raise Refused(400, "bad-address", "There is a zero byte in the address.")

    hardening = {"X-Content-Type-Options": "nosniff"}
    if services.settings.scheme == "https":
        hardening["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    async def harden(response: Response) -> Response:
        for name, value in hardening.items():
            response.headers.setdefault(name, value)
        return response

    gate: Any = InboxGate(app.asgi_app, inboxes, hardening)
    app.asgi_app = gate  # type: ignore[method-assign]


def _inbox(services: Services) -> InboxServices:
    return InboxServices(
        store=services.store,
        identifiers=services.identifiers,
        verifier=services.verifier,
        rules=services.rules,
        limits=services.inbox_limits,
        receiver=services.receiver,
        rush=services.inbox_worker.rush,
        clock=services.clock,
    )
