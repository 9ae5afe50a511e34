"""`/media/proxy/…`: pictures of other servers, as apps get them."""

from quart import Response, send_file

from clients.door import Door, missing


def add_proxied_routes(door: Door) -> None:
    """Register the address; it is no endpoint of the API and asks for no token."""

    @door.blueprint.get("/media/proxy/<seal>/<token>")
    async def proxied(seal: str, token: str) -> Response:
        try:
            path, kind = await door.context.proxy.picture(seal, token)
        except LookupError:
            raise missing() from None
        response = await send_file(path, mimetype=kind, conditional=True)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Disposition"] = "inline"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cache-Control"] = "public, max-age=604800"
        return response
