"""Documentation that cannot lie: it is compared with what it describes."""

import re
from typing import get_type_hints

import pytest
import typer
from typer.core import TyperOption

from config.load import setting_fields, variable
from config.settings import Settings
from node.cli import application
from tests.architecture.api_page import api_page, inventory, nameless, reason, routes
from tests.architecture.commands_page import commands, commands_page
from tests.architecture.settings_page import settings_page
from tests.architecture.source import ROOT

COMMANDS = dict(commands(typer.main.get_command(application()), "communotic"))
# others script against these names
CONTRACT = """
init run web worker migrate doctor backup restore token post publish follow unfollow timeline
"""


def page(name: str) -> str:
    """A page of the documentation."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_settings_page_says_what_is_declared() -> None:
    assert page("docs/settings.md") == settings_page(), "run `make docs`"


@pytest.mark.parametrize("declared", setting_fields(), ids=lambda declared: declared.name)
def test_every_setting_is_explained_with_its_variable(declared: object) -> None:
    name = getattr(declared, "name", "")
    section = page("docs/settings.md").split(f"### `{name}`\n")[1].split("\n#")[0]
    assert variable(name) in section
    assert re.search(r"[a-z].{15,}\.\n", section)


def test_every_field_of_the_settings_is_a_documented_setting() -> None:
    documented = {declared.name for declared in setting_fields()}
    assert set(get_type_hints(Settings)) - documented == {"data_dir"}


def test_the_commands_page_says_what_is_declared() -> None:
    assert page("docs/commands.md") == commands_page(application()), "run `make docs`"


async def test_the_page_of_the_api_says_what_the_routes_are() -> None:
    assert page("docs/mastodon-api.md") == api_page(*await routes()), "run `make docs`"


async def test_every_documented_endpoint_is_there_or_said_to_be_left_out() -> None:
    keys, _ = await routes()
    wanted = [one for one in inventory() if not one.removed]
    absent = {one.key for one in wanted if one.key not in keys}
    excused = {one.key for one in wanted if reason(one)}
    assert absent == excused


async def test_a_token_with_the_documented_scope_is_enough() -> None:
    _, endpoints = await routes()
    held = {f"{e.method} {nameless(e.path)}": e.scopes for e in endpoints if e.scopes}
    wrong = [
        one.key
        for one in inventory()
        if one.scopes
        and not any(
            scope == given or scope.startswith(f"{given}:")
            for scope in held.get(one.key, one.scopes)
            for given in one.scopes
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_explained(path: str) -> None:
    command = COMMANDS[path]
    assert command.help
    options = [p for p in command.params if isinstance(p, TyperOption) and not p.hidden]
    assert [option.opts for option in options if not option.help] == []


def test_the_commands_that_others_script_against_exist() -> None:
    assert {f"communotic {name}" for name in CONTRACT.split()} - set(COMMANDS) == set()


def test_every_target_of_the_makefile_that_people_use_is_in_the_manual() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", page("Makefile"), re.MULTILINE))
    told = page("README.md") + page("CONTRIBUTING.md")
    assert {target for target in targets - {"help"} if f"make {target}" not in told} == set()


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{file.name}: {link}"
        for file in pages
        for link in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8"))
        if "://" not in link
        and not link.startswith("mailto:")
        and not (file.parent / link).exists()
    ]
    assert broken == []
