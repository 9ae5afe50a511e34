"""Writing the first settings file, with every setting explained."""

from pathlib import Path
from typing import Any

import tomlkit

from config.load import FILE_NAME, setting_fields


def settings_text(values: dict[str, Any]) -> str:
    """A commented TOML document: given values are set, the others stand as comments."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Settings of this Communotic node; docs/settings.md explains."))
    for declared in setting_fields():
        section = declared.metadata["section"]
        if section not in document:
            document.add(section, tomlkit.table())
        table: Any = document[section]
        table.add(tomlkit.comment(declared.metadata["explanation"]))
        value = values.get(declared.name)
        if value is not None:
            table.add(declared.name, value)
        else:
            table.add(tomlkit.comment(f"{declared.name} = {_default(declared.default)}"))
    return tomlkit.dumps(document)


def _default(value: Any) -> str:
    return str(tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string())


def write_settings(data_dir: Path, values: dict[str, Any]) -> Path:
    """Write the settings file of a new node, readable by its owner alone."""
    path = data_dir / FILE_NAME
    path.touch(mode=0o600)
    path.write_text(settings_text(values), encoding="utf-8")
    return path
