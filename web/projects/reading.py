"""`/p/SECRET`: a report of a project for whoever got the address, without an account.

Every secret that opens nothing gets the same answer, whether it was never given, was revoked or
has expired. Nothing here sets a cookie, and nobody is told where a reader came from.
"""

import time
from dataclasses import dataclass, field
from typing import Final

from quart import Blueprint, Response, request, send_file

from actors.problems import not_found
from actors.sign_in.throttle import TooOften, network
from federation.policy import RateLimiter
from objects.media import disposition, media_type_of
from objects.projects.files import MemberFile, member_files
from objects.projects.links import Opened, is_news, opened
from storage.store import Tx
from web.context import WebContext
from web.projects.report import page_of, printed
from web.public.downloads import qr_svg
from web.typesetting.press import Press

PER_ADDRESS: Final = (60, 1.0)
"""Pages and files at once, and a second after that; a guesser gets no further."""
HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a secret opens, with the files for members that its reach shows."""

    opened: Opened
    files: dict[str, MemberFile]


@dataclass(frozen=True, slots=True)
class Reading:
    """Opens secrets, counted by address."""

    context: WebContext
    limiter: RateLimiter = field(
        default_factory=lambda: RateLimiter(
            burst=PER_ADDRESS[0], rate=PER_ADDRESS[1], clock=time.monotonic
        )
    )

    async def open(self, secret: str) -> Found:
        """What a secret opens now; its use is noted. Raises `Refused` 404, 429."""
        wait = self.limiter.check(network(request.remote_addr or ""))
        if wait is not None:
            raise TooOften(wait)
        now, identifiers = self.context.now(), self.context.outbox.identifiers

        async def look(tx: Tx) -> Found | None:
            found = await opened(tx, secret, now)
            if found is None:
                return None
            records = [line.record for line in found.report.entries]
            return Found(found, await member_files(tx, identifiers, records))

        found = await self.context.store.query(look)
        if found is None:
            raise not_found("link")
        link = found.opened.link
        if is_news(link, now):
            await self.context.store.write(lambda tx: tx.project_links.used(link.id, now))
        return found

    async def file(self, secret: str, number: int, name: str) -> tuple[str, str]:
        """Path and type of a file of the report. Raises `Refused` 404, 429."""
        found = await self.open(secret)
        if MemberFile(number, name) not in found.files.values():
            raise not_found("file")

        async def kind(tx: Tx) -> str:
            media = (await tx.ledger.media_by_ids([number])).get(number)
            if media is not None:
                return media_type_of(media, name)
            copy = await tx.project_files.kept(number, name)
            return copy.media_type if copy is not None else ""

        path, media_type = self.context.files.path(name), await self.context.store.query(kind)
        if not media_type or not path.is_file():
            raise not_found("file")
        return str(path), media_type


def add_reading_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The page, its PDF, its files."""
    reading = Reading(context)
    press = Press(context.settings.documents_dir, context.settings.media_dir)

    @blueprint.get("/p/<secret>")
    async def read_project(secret: str) -> Response:
        found = await reading.open(secret)
        here = f"/p/{secret}/files"
        files = {
            url: f"{here}/{file.number}/{file.file}" if file.file else ""
            for url, file in found.files.items()
        }
        page = await page_of(found.opened.report, files)
        return await context.renderer.render(
            "projects/reading.html",
            index=False,
            headers=HEADERS,
            page=page,
            link=found.opened.link,
            qr=qr_svg(page.home),
            secret=secret,
        )

    @blueprint.get("/p/<secret>/report.pdf")
    async def read_project_pdf(secret: str) -> Response:
        found = await reading.open(secret)
        origin = f"{context.settings.origin}/p/{secret}/files"
        files = {
            url: f"{origin}/{file.number}/{file.file}" if file.file else ""
            for url, file in found.files.items()
        }
        page = await page_of(found.opened.report, files)
        return await printed(context, press, page, "rapport")

    @blueprint.get("/p/<secret>/files/<int:number>/<name>")
    async def read_project_file(secret: str, number: int, name: str) -> Response:
        path, media_type = await reading.file(secret, number, name)
        response = await send_file(path, mimetype=media_type)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Disposition"] = disposition(media_type)
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers.update(HEADERS)
        return response
