"""docs/settings.md, written from the declarations of the settings."""

import types
from dataclasses import Field
from itertools import groupby
from typing import Any, Literal, get_args, get_origin

from config.load import FILE_NAME, setting_fields, variable

TITLES = {
    "node": "What the node is",
    "server": "How it listens",
    "storage": "What it keeps, and for how long",
    "federation": "How it deals with other servers",
    "media": "Files",
    "mail": "Mails that it sends",
    "sign_in": "Signing in through a provider of identities",
    "translation": "Translating posts for members",
}
INTRODUCTION = f"""\
# Settings

A node reads its settings once, when it starts: from `{FILE_NAME}` in its data directory, which
`communotic init` writes with every setting explained, then from environment variables, which win.
In a variable, the items of a list are separated by spaces or commas. A setting that cannot be used
stops the start with a sentence that says what to change; a name that does not exist is refused too.

`make docs` writes this page from the declarations in `config/settings.py`.
"""


def settings_page() -> str:
    """The whole page."""
    sections = groupby(setting_fields(), key=lambda declared: declared.metadata["section"])
    return INTRODUCTION + "".join(section_text(name, list(fields)) for name, fields in sections)


def section_text(name: str, fields: list[Field[Any]]) -> str:
    """One section of the file, each setting with what it takes and what it is by itself."""
    heading = f"\n## `[{name}]` {TITLES[name]}\n"
    return heading + "".join(setting_text(declared) for declared in fields)


def setting_text(declared: Field[Any]) -> str:
    """One setting."""
    return (
        f"\n### `{declared.name}`\n\n{declared.metadata['explanation']}\n\n"
        f"Takes {kind(declared.type)}. Default: {usual(declared.default)}. "
        f"Variable: `{variable(declared.name)}`.\n"
    )


def kind(annotation: Any) -> str:
    """What a setting takes, in words."""
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    if isinstance(annotation, types.GenericAlias) and str in get_args(annotation):
        return "a list of texts"
    if isinstance(annotation, types.GenericAlias):
        return "a list of networks such as `10.0.0.0/8`"
    return {bool: "`true` or `false`", int: "a whole number", str: "a text"}[annotation]


def usual(default: Any) -> str:
    """What holds when nothing is said, in words."""
    if default in ("", ()):
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
