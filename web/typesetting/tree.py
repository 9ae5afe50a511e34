"""Sanitised HTML as a tree of plain values, which a Typst template draws without reading markup."""

from html.parser import HTMLParser
from typing import Any, Final

Node = dict[str, Any]

VOID: Final = frozenset({"br", "hr", "img", "input", "wbr"})
# HTML → what the template draws; what is missing here shows its content only.
KINDS: Final = {
    "p": "paragraph", "ul": "bullets", "ol": "numbers", "li": "item", "blockquote": "quote",
    "pre": "block", "table": "table", "tr": "row", "td": "cell", "th": "head", "a": "link",
    "strong": "strong", "b": "strong", "em": "emphasis", "i": "emphasis", "cite": "emphasis",
    "code": "code", "kbd": "code", "samp": "code", "del": "struck", "s": "struck", "sub": "sub",
    "sup": "sup", "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading",
    "h5": "heading", "h6": "heading",
}  # fmt: skip
BLOCKS: Final = frozenset(
    {"paragraph", "bullets", "numbers", "item", "quote", "block", "table", "row", "cell", "head",
     "heading"}
)  # fmt: skip
MAX_DEPTH: Final = 40
LINKS: Final = ("https://", "http://", "mailto:")


def tree_of(html: str) -> list[Node]:
    """The blocks of some sanitised HTML; texts are data and stay data."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _blocks(reader.root)


class _Reader(HTMLParser):
    """Builds nodes `{"kind", "inside": […]}`, texts `{"kind": "text", "text"}`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Node] = []
        self._open: list[tuple[str, list[Node]]] = [("", self.root)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = self._open[-1][1]
        if tag == "br":
            here.append({"kind": "break"})
        elif tag == "hr":
            here.append({"kind": "rule"})
        if tag in VOID:
            return
        node = self._node(tag, dict(attrs))
        inside = here
        if node is not None and len(self._open) < MAX_DEPTH:
            here.append(node)
            inside = node["inside"]
        self._open.append((tag, inside))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in names[1:]:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        kept = data if any(name == "pre" for name, _ in self._open) else data.replace("\n", " ")
        if kept:
            self._open[-1][1].append({"kind": "text", "text": kept})

    @staticmethod
    def _node(tag: str, attributes: dict[str, str | None]) -> Node | None:
        kind = KINDS.get(tag)
        if kind is None:
            return None
        node: Node = {"kind": kind, "inside": []}
        if kind == "link":
            target = attributes.get("href") or ""
            if not target.lower().startswith(LINKS):
                return None
            node["target"] = target
        elif kind == "heading":
            node["level"] = int(tag[1])
        elif kind == "numbers":
            start = attributes.get("start") or "1"
            node["start"] = int(start) if start.isascii() and start.isdigit() else 1
        return node


def _blocks(nodes: list[Node]) -> list[Node]:
    """The nodes with loose text gathered into paragraphs."""
    found: list[Node] = []
    loose: list[Node] = []
    for node in [*nodes, None]:
        block = node is None or node["kind"] in BLOCKS or node["kind"] == "rule"
        if not block and node is not None:
            loose.append(node)
            continue
        if any(part.get("text", "x").strip() for part in loose):
            found.append({"kind": "paragraph", "inside": loose})
        loose = []
        if node is not None:
            found.append(_arranged(node))
    return found


def _arranged(node: Node) -> Node:
    """A block with its content as the template wants it: blocks within lists, quotes and cells."""
    match node["kind"]:
        case "bullets" | "numbers":
            items = [child for child in node["inside"] if child["kind"] == "item"]
            return node | {"inside": [_arranged(item) for item in items]}
        case "item" | "quote" | "cell" | "head":
            return node | {"inside": _blocks(node["inside"])}
        case "table":
            rows = [child for child in node["inside"] if child["kind"] == "row"]
            cells = [
                [_arranged(cell) for cell in row["inside"] if cell["kind"] in {"cell", "head"}]
                for row in rows
            ]
            width = max((len(row) for row in cells), default=0)
            filler: Node = {"kind": "cell", "inside": []}
            filled = [row + [filler] * (width - len(row)) for row in cells if row]
            return {"kind": "table", "columns": width, "rows": filled}
        case _:
            return node
