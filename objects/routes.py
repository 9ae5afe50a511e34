"""The addresses of objects, activities, tags and files; each validates, calls and answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from quart import Blueprint, Response, request, send_file
from quart.typing import ResponseReturnValue

from actors.access import Visitors
from actors.emojis import emoji_document
from actors.identifiers import Identifiers
from actors.negotiation import Format
from actors.problems import not_found
from actors.routes import answer, negotiated, open_json, unread_request
from federation.vocabulary import ACTIVITY_JSON
from objects.media import disposition, media_type_of
from objects.projects.collections import ProjectServing
from objects.projects.serving import MemberFiles
from objects.serving import ObjectServing
from objects.text import normalise_hashtag
from storage.activities import Reaction
from storage.files import MediaFiles
from storage.store import Store

ObjectPage = Callable[[int], Awaitable[ResponseReturnValue]]
TagPage = Callable[[str], Awaitable[ResponseReturnValue]]
OPEN_TO_ALL: Final = "public, max-age=31536000, immutable"
FILE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox"


@dataclass(frozen=True, slots=True)
class ObjectServices:
    """What the routes of this room need; `page` and `tag_page` render pages for people.

    `page` gets the number of an object and decides itself who is looking and what they may see;
    `tag_page` gets a hashtag, normalised.
    """

    store: Store
    identifiers: Identifiers
    visitors: Visitors
    files: MediaFiles
    clock: Callable[[], float]
    page: ObjectPage
    tag_page: TagPage
    member_files: MemberFiles


def object_routes(services: ObjectServices) -> Blueprint:
    """Objects with their collections, activities, featured posts, hashtags, files.

    What is refused is raised as `Refused`; the application's error handler words it.
    """
    routes = Blueprint("objects", __name__)
    serving = ObjectServing(services.store, services.identifiers, services.visitors, services.clock)
    _objects(routes, services, serving)
    _collections(routes, services, serving)
    _projects(routes, services)
    _files(routes, services)
    return routes


def _objects(routes: Blueprint, services: ObjectServices, serving: ObjectServing) -> None:
    @routes.get("/objects/<int:number>")
    async def one(number: int) -> ResponseReturnValue:
        form = negotiated()
        if form is Format.HTML:
            return await services.page(_known(number))
        asked = unread_request(services.identifiers)
        return answer(await serving.object(_known(number), asked, form))

    @routes.get("/objects/<int:number>/quotes/<int:quoting>")
    async def authorization(number: int, quoting: int) -> ResponseReturnValue:
        asked = unread_request(services.identifiers)
        return answer(await serving.authorization(_known(number), _known(quoting), asked))

    @routes.get("/activities/<int:number>")
    async def activity(number: int) -> ResponseReturnValue:
        return answer(await serving.activity(_known(number), unread_request(services.identifiers)))


def _collections(routes: Blueprint, services: ObjectServices, serving: ObjectServing) -> None:
    def reactions(kind: Reaction) -> Callable[[int], Awaitable[ResponseReturnValue]]:
        async def view(number: int) -> ResponseReturnValue:
            asked = unread_request(services.identifiers)
            return answer(await serving.reactions(kind, _known(number), asked, request.args))

        return view

    kinds: tuple[Reaction, ...] = ("likes", "shares")
    for kind in kinds:
        routes.add_url_rule(f"/objects/<int:number>/{kind}", kind, reactions(kind), methods=["GET"])

    @routes.get("/objects/<int:number>/replies")
    async def replies(number: int) -> ResponseReturnValue:
        asked = unread_request(services.identifiers)
        return answer(await serving.replies(_known(number), asked, request.args))

    @routes.get("/objects/<int:number>/context")
    async def context(number: int) -> ResponseReturnValue:
        asked = unread_request(services.identifiers)
        return answer(await serving.context(_known(number), asked, request.args))

    @routes.get("/users/<name>/featured")
    async def featured(name: str) -> ResponseReturnValue:
        return answer(await serving.featured(name, unread_request(services.identifiers)))

    @routes.get("/users/<name>/featuredTags")
    async def featured_tags(name: str) -> ResponseReturnValue:
        return answer(await serving.featured_tags(name, unread_request(services.identifiers)))

    @routes.get("/tags/<name>")
    async def tag(name: str) -> ResponseReturnValue:
        hashtag = normalise_hashtag(name)
        if negotiated() is Format.HTML:
            return await services.tag_page(hashtag)
        asked = unread_request(services.identifiers)
        return answer(await serving.tag(hashtag, asked, request.args))


def _projects(routes: Blueprint, services: ObjectServices) -> None:
    serving = ProjectServing(
        services.store, services.identifiers, services.visitors, services.clock
    )

    @routes.get("/users/<name>/members")
    async def members(name: str) -> ResponseReturnValue:
        asked = unread_request(services.identifiers)
        return answer(await serving.members(name, asked, request.args))

    @routes.get("/users/<name>/moderators")
    async def moderators(name: str) -> ResponseReturnValue:
        return answer(await serving.moderators(name, unread_request(services.identifiers)))

    @routes.get("/users/<name>/journal")
    async def journal(name: str) -> ResponseReturnValue:
        asked = unread_request(services.identifiers)
        return answer(await serving.journal(name, asked, request.args))


def _files(routes: Blueprint, services: ObjectServices) -> None:
    @routes.get("/emojis/<shortcode>")
    async def emoji(shortcode: str) -> ResponseReturnValue:
        host = services.identifiers.host
        found = await services.store.query(lambda tx: tx.emojis.named(host, [shortcode]))
        if shortcode not in found:
            raise not_found("emoji")
        return open_json(emoji_document(services.identifiers, found[shortcode]), ACTIVITY_JSON)

    @routes.get("/media/<file>")
    async def media(file: str) -> ResponseReturnValue:
        found = await services.store.query(lambda tx: tx.ledger.open_media_by_file(file))
        # What is not drawn anew yet may still tell where it was taken.
        ready = found is not None and found.state == "ready"
        if found is None or not ready or not services.files.path(file).is_file():
            raise not_found("file")
        media_type = media_type_of(found, file)
        path = services.files.path(file)
        response = await send_file(path, mimetype=media_type, conditional=True)
        return _harmless(response, media_type, OPEN_TO_ALL)

    @routes.get("/projects/files/<int:number>/<file>")
    async def of_project(number: int, file: str) -> ResponseReturnValue:
        asked = unread_request(services.identifiers)
        found = await services.member_files.asked(_known(number), file, asked)
        response = await send_file(found.path, mimetype=found.media_type, conditional=True)
        return _harmless(response, found.media_type, found.cache, "same-origin")

    @routes.get("/projects/files/<int:number>/<leave>/<file>")
    async def of_project_with_leave(number: int, leave: str, file: str) -> ResponseReturnValue:
        found = await services.member_files.with_leave(_known(number), leave, file)
        response = await send_file(found.path, mimetype=found.media_type, conditional=True)
        return _harmless(response, found.media_type, found.cache)


def _harmless(
    response: Response, media_type: str, cache: str, shown_by: str = "cross-origin"
) -> Response:
    """A file that came from a person: it is what it says, and can do nothing."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = disposition(media_type)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = shown_by
    response.headers["Cache-Control"] = cache
    return response


def _known(number: int) -> int:
    """An id that a database can hold; raises `Refused` 404 for larger numbers."""
    if number >= 2**63:
        raise not_found("object")
    return number
