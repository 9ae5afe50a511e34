"""Lists of an experience as lines of text, for forms in which one types a line for each."""

import re
from collections.abc import Sequence

from objects.experiences.fields import Tool

_LINK = re.compile(r"\s*[<(]?(https?://[^\s<>()]+)[>)]?\s*$", re.IGNORECASE)


def lines(text: str) -> tuple[str, ...]:
    """The lines that say something, without bullets."""
    stripped = (line.strip().removeprefix("- ").removeprefix("* ") for line in text.splitlines())
    return tuple(line.strip() for line in stripped if line.strip(" -*•"))


def joined(entries: Sequence[str]) -> str:
    """One line for each entry."""
    return "\n".join(entries)


def tools_of(text: str) -> tuple[Tool, ...]:
    """A tool for each line; an address at the end of a line is where the tool is."""
    return tuple(_tool(line) for line in lines(text))


def tool_lines(tools: Sequence[Tool]) -> str:
    """The lines from which `tools_of` makes these tools again."""
    return joined([f"{tool.name} {tool.url}".strip() for tool in tools])


def _tool(line: str) -> Tool:
    found = _LINK.search(line)
    if found is None:
        return Tool(line)
    name = line[: found.start()].rstrip(" :–-").strip()
    return Tool(name or found[1], found[1])
