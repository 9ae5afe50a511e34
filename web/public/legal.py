"""The pages that the law asks for; open even while the site is being prepared."""

from quart import Blueprint, Response

from objects.experiences.labels import written_day
from web.context import WebContext


def add_legal_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Legal notice, privacy, accessibility statement."""

    async def page(template: str, path: str) -> Response:
        legal = await context.site.legal()
        language = await context.renderer.language()
        return await context.renderer.render(
            template,
            legal=legal,
            written_date=written_day(legal.accessibility_date, language),
            canonical=context.settings.origin + path,
        )

    @blueprint.get("/mentions-legales")
    async def legal() -> Response:
        return await page("public/legal.html", "/mentions-legales")

    @blueprint.get("/confidentialite")
    async def privacy() -> Response:
        return await page("public/privacy.html", "/confidentialite")

    @blueprint.get("/accessibilite")
    async def accessibility() -> Response:
        return await page("public/accessibility.html", "/accessibilite")
