"""The application: every door of the node, in the order of a table of contents."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from quart import Blueprint, Quart, Response, request
from werkzeug.routing import IntegerConverter, Map

from actors.routes import ActorServices, actor_routes
from clients.cors import install_cors
from clients.routes import client_door
from federation.errors import Refused
from inbox.gate import InboxGate
from inbox.routes import InboxServices, inbox_door, inbox_routes
from node.errors import install_error_answers
from node.health import health_routes
from node.services import Services
from objects.routes import ObjectServices, object_routes
from outbox.routes import OutboxDoor, outbox_routes
from web.administration.routes import routes as administration_routes
from web.context import WebContext
from web.graph import graph_routes
from web.interact import Interaction, interaction_routes
from web.public.routes import PublicPages
from web.public.routes import routes as public_routes
from web.routes import routes as web_routes
from web.sessions import install_sign_in_answers
from web.sign_in.routes import routes as sign_in_routes
from web.workspace.routes import routes as workspace_routes

MULTIPART_OVERHEAD = 100_000


class Id(IntegerConverter):
    """A number in an address that a database can hold; larger ones lead nowhere."""

    def __init__(self, rules: Map) -> None:
        super().__init__(rules, max=2**63 - 1)


def create_app(services: Services) -> Quart:
    """The web application over the services of one node."""
    app = Quart("node", static_folder=None)
    settings = services.settings
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload + MULTIPART_OVERHEAD
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = Id
    context = services.web
    pages = PublicPages(context)
    inbox = _inbox(services)
    inboxes = inbox_door(inbox)
    app.register_blueprint(inbox_routes(inbox, inboxes))
    for door in (*_federation(services, pages), *_people(services, context)):
        app.register_blueprint(door)
    app.register_blueprint(client_door(services.clients).blueprint)
    install_cors(app)
    install_error_answers(app, context.renderer)
    install_sign_in_answers(app)

    @app.before_request
    async def refuse_nul() -> None:
        if "\0" in request.path or b"%00" in request.query_string:
            raise Refused(400, "bad-address", "There is a zero byte in the address.")

    hardening = {"X-Content-Type-Options": "nosniff"}
    if settings.scheme == "https":
        hardening["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    async def harden(response: Response) -> Response:
        for name, value in hardening.items():
            response.headers.setdefault(name, value)
        return response

    gate: Any = InboxGate(app.asgi_app, inboxes, hardening)
    app.asgi_app = gate  # type: ignore[method-assign]
    return app


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


def _federation(services: Services, pages: PublicPages) -> Iterator[Blueprint]:
    """What other servers and ActivityPub clients talk to."""
    settings, store, identifiers = services.settings, services.store, services.identifiers
    yield actor_routes(
        ActorServices(
            store=store,
            identifiers=identifiers,
            settings=settings,
            visitors=services.visitors,
            clock=services.clock,
            version=version("communotic"),
            page=pages.actor,
        )
    )
    yield object_routes(
        ObjectServices(
            store=store,
            identifiers=identifiers,
            visitors=services.visitors,
            files=services.files,
            clock=services.clock,
            page=pages.object,
            tag_page=pages.tag,
        )
    )
    limits = services.web.limits
    yield outbox_routes(
        OutboxDoor(services.outbox, services.visitors, services.fetcher, services.files, limits)
    )


def _people(services: Services, context: WebContext) -> Iterator[Blueprint]:
    """What visitors, members and monitors look at."""
    yield web_routes(context)
    yield public_routes(context)
    yield sign_in_routes(context)
    yield workspace_routes(context)
    yield administration_routes(context)
    yield interaction_routes(Interaction(context))
    yield graph_routes(services.store, services.identifiers)
    yield health_routes(services)
