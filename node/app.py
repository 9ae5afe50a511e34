"""The application: every door of the node, in the order of a table of contents."""

from collections.abc import Iterator

from quart import Blueprint, Quart

from clients.routes import client_door
from node.doors import bare_app, federation_doors, finish
from node.services import Services
from web.administration.routes import routes as administration_routes
from web.context import WebContext
from web.events.routes import routes as events_routes
from web.graph import graph_routes
from web.interact import Interaction, interaction_routes
from web.projects.routes import routes as projects_routes
from web.public.routes import PublicPages
from web.public.routes import routes as public_routes
from web.routes import routes as web_routes
from web.sessions import install_sign_in_answers
from web.sign_in.routes import routes as sign_in_routes
from web.workspace.routes import routes as workspace_routes


def create_app(services: Services) -> Quart:
    """The web application over the services of one node."""
    app = bare_app(services)
    pages = PublicPages(services.web)
    for door in federation_doors(services, pages.actor, pages.object, pages.tag):
        app.register_blueprint(door)
    for door in _people(services, services.web):
        app.register_blueprint(door)
    app.register_blueprint(client_door(services.clients).blueprint)
    install_sign_in_answers(app)
    finish(app, services)
    return app


def _people(services: Services, context: WebContext) -> Iterator[Blueprint]:
    """What visitors and members look at."""
    yield web_routes(context)
    yield public_routes(context)
    yield sign_in_routes(context)
    yield workspace_routes(context)
    yield projects_routes(context)
    yield events_routes(context)
    yield administration_routes(context)
    yield interaction_routes(Interaction(context))
    yield graph_routes(services.store, services.identifiers)
