"""`/admin/settings`: what the configuration file says, what it means, how to change it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from quart import Blueprint, Response

from config.load import FILE_NAME, setting_fields, variable
from config.settings import Settings
from web.administration.desk import Desk
from web.texts import mark

SECTIONS: Final = {
    "node": mark("The site"),
    "server": mark("The server"),
    "storage": mark("What is kept"),
    "federation": mark("Other servers"),
    "media": mark("Pictures and files"),
    "mail": mark("Mail"),
    "sign_in": mark("Signing in"),
    "translation": mark("Translation"),
}
SECRETS: Final = ("password", "secret", "database", "_key")


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting: where it stands, what it means, its value; secrets only say that they are set."""

    section: str
    name: str
    variable: str
    explanation: str
    value: str
    chosen: bool
    hidden: bool


def add_setting_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The settings, to read."""

    @blueprint.get("/admin/settings")
    async def settings() -> Response:
        await desk.admin()
        chosen = desk.context.settings
        groups: dict[str, list[Shown]] = {}
        for shown in shown_settings(chosen):
            groups.setdefault(shown.section, []).append(shown)
        return await desk.page(
            "settings", groups=groups, sections=SECTIONS, file=chosen.data_dir / FILE_NAME
        )


def shown_settings(settings: Settings) -> Iterator[Shown]:
    """Every setting as it is in force."""
    for declared in setting_fields():
        value = getattr(settings, declared.name)
        hidden = any(word in declared.name for word in SECRETS)
        yield Shown(
            section=declared.metadata["section"],
            name=declared.name,
            variable=variable(declared.name),
            explanation=declared.metadata["explanation"],
            value="" if hidden else _written(value),
            chosen=value != declared.default,
            hidden=hidden and bool(value),
        )


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
