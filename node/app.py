"""The application: every door of the node, in the order of a table of contents."""

from importlib.metadata import version

from quart import Quart, Response
from quart.typing import ResponseReturnValue

from actors.routes import ActorServices, actor_routes
from inbox.routes import InboxServices, inbox_routes
from node.errors import install_error_answers
from node.health import health_routes
from node.services import Services
from objects.media import MediaLimits
from objects.routes import ObjectServices, object_routes
from outbox.routes import OutboxDoor, outbox_routes
from storage.records import ActorRecord, ObjectRecord
from web.graph import graph_routes
from web.interact import Interaction, interaction_routes
from web.pages import Pages
from web.routes import page_routes

MULTIPART_OVERHEAD = 100_000


def create_app(services: Services) -> Quart:
    """The web application over the services of one node."""
    app = Quart("node", static_folder=None)
    settings = services.settings
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload + MULTIPART_OVERHEAD
    app.config["BODY_TIMEOUT"] = 60
    app.url_map.strict_slashes = False
    pages = Pages(services.store, services.identifiers, settings)

    async def actor_page(actor: ActorRecord) -> ResponseReturnValue:
        return await pages.actor(actor)

    async def object_page(record: ObjectRecord, _: ActorRecord) -> ResponseReturnValue:
        return await pages.object(record)

    async def tag_page(name: str) -> ResponseReturnValue:
        return await pages.tag(name)

    app.register_blueprint(
        inbox_routes(
            InboxServices(
                store=services.store,
                identifiers=services.identifiers,
                verifier=services.verifier,
                rules=services.rules,
                limits=services.inbox_limits,
                receiver=services.receiver,
                clock=services.clock,
            )
        )
    )
    app.register_blueprint(
        actor_routes(
            ActorServices(
                store=services.store,
                identifiers=services.identifiers,
                settings=settings,
                visitors=services.visitors,
                clock=services.clock,
                version=version("communotic"),
                page=actor_page,
            )
        )
    )
    app.register_blueprint(
        object_routes(
            ObjectServices(
                store=services.store,
                identifiers=services.identifiers,
                visitors=services.visitors,
                files=services.files,
                clock=services.clock,
                page=object_page,
                tag_page=tag_page,
            )
        )
    )
    app.register_blueprint(
        outbox_routes(
            OutboxDoor(
                context=services.outbox,
                fetcher=services.fetcher,
                files=services.files,
                limits=MediaLimits(settings.max_upload, settings.max_pixels),
            )
        )
    )
    app.register_blueprint(page_routes(pages))
    app.register_blueprint(interaction_routes(Interaction(services.outbox, pages)))
    app.register_blueprint(graph_routes(services.store, services.identifiers))
    app.register_blueprint(health_routes(services))
    install_error_answers(app, pages)

    @app.after_request
    async def harden(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if settings.scheme == "https":
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    return app
