"""Lets a process under test live some days later: Python loads this before anything else."""

import os
import time

SHIFT = float(os.environ.get("SHIFTED_DAYS", "0")) * 86_400
_time, _time_ns = time.time, time.time_ns


def shifted() -> float:
    """Now, some days later."""
    return _time() + SHIFT


def shifted_ns() -> int:
    """The same in nanoseconds."""
    return _time_ns() + int(SHIFT * 1_000_000_000)


if SHIFT:
    time.time, time.time_ns = shifted, shifted_ns
