"""What was said before the command's name."""

from pathlib import Path


class Choice:
    """The data directory of this call, if one was named."""

    data: Path | None = None
