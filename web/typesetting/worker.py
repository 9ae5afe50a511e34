"""The process that sets one document: JSON on its standard input, the file on its output.

It lives for one document, so that what Typst needs (some 100 MB) is given back at once. Everything
people wrote arrives as values: no template ever evaluates it.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
ON_PAPER: Final = frozenset({"experience", "report"})
"""What begins with `house.typ`."""
SECONDS: Final = 20
BYTES: Final = 2_000_000_000


def main() -> None:
    """Read the order, write the file; what goes wrong is told on standard error."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    order: dict[str, Any] = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(typeset(order))


def source_of(template: str) -> bytes:
    """The source of a document: the look of all papers, and its own."""
    names = ["house"] if template in ON_PAPER else []
    return b"\n".join((HERE / f"{Path(name).stem}.typ").read_bytes() for name in [*names, template])


def typeset(order: dict[str, Any]) -> bytes:
    """The file for `{"template", "format", "folder", "created", "values"}`.

    `folder` holds the pictures that the values name; nothing outside it can be read. `created`
    is in seconds since the epoch, so that the same order gives the same file.
    """
    import typst

    pdf = order["format"] == "pdf"
    found = typst.compile(
        source_of(order["template"]),
        root=order["folder"],
        format=order["format"],
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(order["values"])},
        pdf_standards=["ua-1"] if pdf else [],
        timestamp=int(order["created"]),
        ppi=72.0,
    )
    if not isinstance(found, bytes):
        raise TypeError("a document of one file was expected")
    return found


if __name__ == "__main__":
    main()
