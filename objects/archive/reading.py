"""An archive as it comes back: looked into without unpacking, every part bounded."""

import csv
import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson

from federation.documents import Document, parse
from federation.errors import Refused
from objects.archive import manifest as names

MAX_MEMBERS: Final = 100_000
MAX_JSON: Final = 1_000_000
MAX_LIST: Final = 20_000_000
_ADDRESS: Final = re.compile(r"[\w.-]{1,100}@[\w.:-]{1,190}")
_EXPERIENCE: Final = re.compile(r"experiences/[0-9]+\.jsonld")
_FILE: Final = re.compile(r"media/[0-9a-f]{64}(\.[a-z0-9]{1,8})?")


class BadArchive(ValueError):
    """A file that is no archive of a member; the text says why."""


class Archive:
    """An archive on disk, read part by part; only plain files under known names are looked at."""

    def __init__(self, path: Path) -> None:
        self._members: dict[str, tarfile.TarInfo] = {}
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 (closed by __exit__)
            for member in self._tar:
                if len(self._members) >= MAX_MEMBERS:
                    raise BadArchive("There are too many files in this archive.")
                if member.isreg():
                    self._members[member.name] = member
        except (tarfile.TarError, OSError) as error:
            raise BadArchive(f"{path.name} is no whole tar file: {error}") from None
        if names.MANIFEST not in self._members or names.ACTOR not in self._members:
            raise BadArchive(f"There is no {names.MANIFEST} or {names.ACTOR} in this file.")

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tar.close()

    def actor(self) -> Document:
        """The profile. Raises `BadArchive`."""
        try:
            return parse(self._content(names.ACTOR, MAX_JSON), max_bytes=MAX_JSON)
        except Refused as refused:
            raise BadArchive(f"{names.ACTOR}: {refused.detail}") from None

    def experiences(self) -> Iterator[tuple[str, Document | None]]:
        """Name and document of each experience, oldest first; None for what cannot be read."""
        found = [name for name in self._members if _EXPERIENCE.fullmatch(name)]
        for name in sorted(found, key=lambda name: (len(name), name)):
            try:
                yield name, parse(self._content(name, MAX_JSON), max_bytes=MAX_JSON)
            except (Refused, BadArchive):
                yield name, None

    def file(self, name: str, max_bytes: int) -> bytes | None:
        """A file of `media/`; None when it is missing or larger than allowed."""
        member = f"{names.MEDIA}{name}"
        if not _FILE.fullmatch(member) or member not in self._members:
            return None
        if self._members[member].size > max_bytes:
            return None
        return self._content(member, max_bytes)

    def drafts(self) -> list[dict[str, Any]]:
        """The drafts, as they were written down."""
        found = self._json(names.DRAFTS)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def chosen(self) -> dict[str, Any]:
        """What the member chose, by name."""
        found = self._json(names.PREFERENCES)
        chosen = found.get("chosen") if isinstance(found, dict) else None
        return chosen if isinstance(chosen, dict) else {}

    def following(self) -> list[str]:
        """The addresses of those whom the member followed."""
        if names.FOLLOWING not in self._members:
            return []
        return accounts(self._content(names.FOLLOWING, MAX_LIST))

    def _json(self, name: str) -> Any:
        if name not in self._members:
            return None
        try:
            return orjson.loads(self._content(name, MAX_LIST))
        except orjson.JSONDecodeError:
            return None

    def _content(self, name: str, max_bytes: int) -> bytes:
        member = self._members[name]
        if member.size > max_bytes:
            raise BadArchive(f"{name} is larger than {max_bytes} bytes.")
        try:
            opened = self._tar.extractfile(member)
            return opened.read(max_bytes) if opened is not None else b""
        except (tarfile.TarError, OSError) as error:
            raise BadArchive(f"{name}: {error}") from None


def accounts(content: bytes) -> list[str]:
    """The accounts of a list as Mastodon writes it, or one on each line; each once.

    A file that is no text (an archive, say) holds none, whatever its bytes look like.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return []
    if "\0" in text:
        return []
    rows = csv.reader(io.StringIO(text))
    found = (row[0].strip().removeprefix("@") for row in rows if row)
    return list(dict.fromkeys(name for name in found if _ADDRESS.fullmatch(name)))
