"""The addresses of actors and of discovery; each validates, calls and answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from actors.access import Visitors, incoming_request
from actors.collections import whole
from actors.discovery import NodeCounts, webfinger
from actors.identifiers import Identifiers
from actors.negotiation import Format, choose
from actors.problems import not_found
from actors.serving import PUBLIC, ActorServing, Served
from config.settings import Settings
from federation.errors import Refused
from federation.host_meta import XRD_XML, host_meta_json, host_meta_xml
from federation.incoming import IncomingRequest
from federation.nodeinfo import Version, content_type, document, index
from federation.webfinger import JRD_JSON
from storage.records import ActorRecord
from storage.store import Store

Page = Callable[[ActorRecord], Awaitable[ResponseReturnValue]]
VARY: Final = "Accept, Signature, Authorization"


@dataclass(frozen=True, slots=True)
class ActorServices:
    """What the routes of this room need; `page` renders an actor's page for people.

    `page` is called for living actors only, with `/users/{name}`, `/@{name}` and `/actor`.
    """

    store: Store
    identifiers: Identifiers
    settings: Settings
    visitors: Visitors
    clock: Callable[[], float]
    version: str
    page: Page


def actor_routes(services: ActorServices) -> Blueprint:
    """Actors with their collections, WebFinger, NodeInfo, host-meta.

    What is refused is raised as `Refused`; the application's error handler words it.
    """
    routes = Blueprint("actors", __name__)
    serving = ActorServing(services.store, services.identifiers, services.visitors, services.clock)
    _actors(routes, services, serving)
    _collections(routes, services, serving)
    _discovery(routes, services)
    _nodeinfo(routes, services)
    return routes


def negotiated() -> Format:
    """The representation that the current request asks for; raises `Refused` 406."""
    form = choose(request.accept_mimetypes)
    if form is None:
        raise Refused(406, "not-acceptable", "There is ActivityStreams, Turtle and HTML here.")
    return form


def unread_request(identifiers: Identifiers) -> IncomingRequest:
    """The current request, which has no body, as the verifier reads it."""
    return incoming_request(cast("dict[str, Any]", request.scope), b"", identifiers)


def answer(served: Served) -> Response:
    """The HTTP response for what was served."""
    response = Response(served.body, served.status, content_type=served.content_type)
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = served.cache
    return response


def open_json(value: Any, media_type: str) -> Response:
    """A JSON answer that any page and any cache may read."""
    response = Response(orjson.dumps(value), content_type=media_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = PUBLIC
    return response


def _actors(routes: Blueprint, services: ActorServices, serving: ActorServing) -> None:
    @routes.get("/actor")
    async def node() -> ResponseReturnValue:
        form = negotiated()
        if form is Format.HTML:
            return await services.page(await serving.find(services.identifiers.node_name))
        return answer(await serving.node(form))

    @routes.get("/actor/outbox")
    async def node_outbox() -> ResponseReturnValue:
        url = services.identifiers.collection(services.identifiers.node_actor, "outbox")
        return answer(Served(orjson.dumps(whole(url, [])), cache=PUBLIC))

    @routes.get("/users/<name>")
    @routes.get("/@<name>")
    async def actor(name: str) -> ResponseReturnValue:
        form, found = negotiated(), await serving.find(name, suspended=True)
        if form is not Format.HTML:
            return answer(await serving.actor(found, unread_request(services.identifiers), form))
        if found.state == "gone":
            raise Refused(410, "gone", "This account was deleted.")
        if found.state == "suspended":
            raise Refused(403, "suspended", "This account is suspended.")
        if found.url == services.identifiers.node_actor:
            raise not_found("actor")
        return await services.page(found)


def _collections(routes: Blueprint, services: ActorServices, serving: ActorServing) -> None:
    @routes.get("/users/<name>/followers_synchronization")
    async def synchronization(name: str) -> ResponseReturnValue:
        found = await serving.find(name)
        return answer(await serving.synchronization(found, unread_request(services.identifiers)))

    @routes.get("/users/<name>/liked")
    async def liked(name: str) -> ResponseReturnValue:
        found, asked = await serving.find(name), unread_request(services.identifiers)
        return answer(await serving.liked(found, asked, request.args))

    def network(collection: str) -> Callable[[str], Awaitable[ResponseReturnValue]]:
        async def view(name: str) -> ResponseReturnValue:
            found, asked = await serving.find(name), unread_request(services.identifiers)
            return answer(await serving.network(found, collection, asked, request.args))

        return view

    def pending(collection: str) -> Callable[[str], Awaitable[ResponseReturnValue]]:
        async def view(name: str) -> ResponseReturnValue:
            found, asked = await serving.find(name), unread_request(services.identifiers)
            return answer(await serving.pending(found, collection, asked, request.args))

        return view

    for collection in ("followers", "following"):
        routes.add_url_rule(
            f"/users/<name>/{collection}", collection, network(collection), methods=["GET"]
        )
    for collection in ("pendingFollowers", "pendingFollowing"):
        routes.add_url_rule(
            f"/users/<name>/{collection}", collection, pending(collection), methods=["GET"]
        )


def _discovery(routes: Blueprint, services: ActorServices) -> None:
    @routes.get("/.well-known/webfinger")
    async def finger() -> ResponseReturnValue:
        resource, rels = request.args.get("resource", ""), request.args.getlist("rel")
        jrd = await webfinger(services.store, services.identifiers, resource, rels)
        return open_json(jrd, JRD_JSON)

    @routes.get("/.well-known/host-meta")
    async def host_meta() -> ResponseReturnValue:
        response = Response(host_meta_xml(services.identifiers.origin), content_type=XRD_XML)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    @routes.get("/.well-known/host-meta.json")
    async def host_meta_as_json() -> ResponseReturnValue:
        return open_json(host_meta_json(services.identifiers.origin), "application/json")


def _nodeinfo(routes: Blueprint, services: ActorServices) -> None:
    counts = NodeCounts(services.store, services.clock, services.version)
    settings, identifiers = services.settings, services.identifiers

    @routes.get("/.well-known/nodeinfo")
    async def nodeinfo_index() -> ResponseReturnValue:
        return open_json(index(identifiers.origin, identifiers.node_actor), "application/json")

    @routes.get("/nodeinfo/<version>")
    async def nodeinfo(version: str) -> ResponseReturnValue:
        if version not in ("2.0", "2.1"):
            raise not_found("NodeInfo version")
        known = cast("Version", version)
        facts = await counts.facts(identifiers.host, settings.description, settings.contact)
        return open_json(document(facts, known), content_type(known))
