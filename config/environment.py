"""The only place that looks at the process environment."""

import os
from collections.abc import Mapping
from pathlib import Path


def environment() -> Mapping[str, str]:
    """The variables of this process."""
    return os.environ


def data_directory(given: Path | None) -> Path:
    """The data directory: the one given, else `COMMUNOTIC_DATA`, else `./data`."""
    return (given or Path(os.environ.get("COMMUNOTIC_DATA", "data"))).resolve()
