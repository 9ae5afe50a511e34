"""What every part of the demonstration does: say how far it is, wait until something is there."""

import sys
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 60.0


def say(text: str) -> None:
    """Show progress."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def until(what: str, found: Callable[[], Any]) -> Any:
    """Wait until something is there. Raises `TimeoutError`."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.2)
    raise TimeoutError(f"{what} did not happen within {PATIENCE:.0f} s")
