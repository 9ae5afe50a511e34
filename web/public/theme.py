"""`/theme.css`: the colour that the administrator chose, as variables of the style sheet."""

from quart import Blueprint, Response

from web.colours import DARK, LIGHT, Shades, shades
from web.context import WebContext


def add_theme_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The style sheet of the site's own colour; empty when none was chosen."""

    @blueprint.get("/theme.css")
    async def theme() -> Response:
        accent = (await context.site.appearance()).accent
        # pages name the colour in the address, so that browsers may keep the answer
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(theme_css(accent), content_type="text/css", headers=headers)


def theme_css(accent: str) -> str:
    """The variables of both themes for a `#rrggbb`; nothing for an empty one."""
    if not accent:
        return ""
    light, dark = _variables(shades(accent, LIGHT)), _variables(shades(accent, DARK))
    return (
        f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{\n  :root {{ {dark} }}\n}}\n"
        f"@media print {{\n  :root {{ {light} }}\n}}\n"
    )


def _variables(found: Shades) -> str:
    values = {
        "--accent": found.accent,
        "--accent-strong": found.strong,
        "--accent-soft": found.soft,
        "--on-accent": found.on_accent,
    }
    return " ".join(f"{name}: {value};" for name, value in values.items())
