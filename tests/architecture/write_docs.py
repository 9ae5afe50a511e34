"""Writes the pages of docs/ that follow from declarations: `make docs`."""

import asyncio

from node.cli import application
from tests.architecture.api_page import api_page, routes
from tests.architecture.commands_page import commands_page
from tests.architecture.settings_page import settings_page
from tests.architecture.source import ROOT

if __name__ == "__main__":
    (ROOT / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")
    (ROOT / "docs" / "commands.md").write_text(commands_page(application()), encoding="utf-8")
    keys, endpoints = asyncio.run(routes())
    page = api_page(keys, endpoints)
    (ROOT / "docs" / "mastodon-api.md").write_text(page, encoding="utf-8")
