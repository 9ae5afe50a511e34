"""The steps of a walk: each is done, and what came of it is told on standard output."""

import json
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

PATIENCE_S = 30.0


def config() -> dict[str, Any]:
    """What the test says: the nodes, and whose accounts are used."""
    return dict(json.loads(sys.argv[1]))


def say(**words: Any) -> None:
    """One line for the test."""
    print(json.dumps(words, default=str), flush=True)


def code_for(url: str, who: str) -> str:
    """The code that somebody gets who agrees on the page at `url`."""
    say(authorize=url, who=who)
    return sys.stdin.readline().strip()


def eventually(check: Callable[[], Any], what: str) -> Any:
    """Ask until the answer is true."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.3)


def walk(steps: dict[str, Callable[[], None]]) -> None:
    """Do each step; a failure is told and does not keep the others from being done."""
    for name, step in steps.items():
        try:
            step()
            say(step=name, ok=True)
        except Exception:  # noqa: BLE001 - whatever a library raises is the result
            say(step=name, ok=False, error=traceback.format_exc(limit=-6))
