"""Parts of libraries that a serving process never runs, and need not import."""

import sys
from types import ModuleType
from typing import Any, Final, NoReturn

UNUSED: Final = ("hypercorn.asyncio", "httpx._main")
"""Quart imports the server behind `app.run()`, httpx its command line.

We serve with uvicorn. Together they bring hypercorn, h2, hpack, wsproto, rich and pygments along:
a fifth of the time until the first answer and 10 MB of memory.
"""


class Spared(ModuleType):
    """Stands where a module would: any name can be imported from it, and nothing called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def absent(*_: Any, **__: Any) -> NoReturn:
            raise RuntimeError(f"{self.__name__}.{name} is left out of serving processes")

        return absent


def spare_unused() -> None:
    """Leave these modules out of this process; call it before anything imports Quart or httpx."""
    for name in UNUSED:
        sys.modules.setdefault(name, Spared(name))
