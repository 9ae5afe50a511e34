"""The pages that the law asks for; open even while the site is being prepared."""

from quart import Blueprint, Response, render_template

from objects.experiences.labels import written_day
from web.context import WebContext


async def legal_html(context: WebContext, name: str) -> str:
    """The text of the page `legal` or `privacy` without the page around it."""
    legal, rules = await context.site.legal(), await context.site.rules()
    organisation = await context.renderer.organisation()
    await context.renderer.language()
    html = await render_template(
        f"public/{name}_text.html",
        legal=legal,
        rules=rules.listed(),
        node=context.settings,
        site_name=organisation.name if organisation else context.settings.domain,
    )
    # apps show it elsewhere
    return html.replace('href="/', f'href="{context.settings.origin}/')


def add_legal_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Legal notice, privacy, accessibility statement."""

    async def page(template: str, path: str) -> Response:
        legal = await context.site.legal()
        rules = await context.site.rules()
        language = await context.renderer.language()
        return await context.renderer.render(
            template,
            legal=legal,
            rules=rules.listed(),
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
