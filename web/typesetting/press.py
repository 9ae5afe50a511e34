"""Runs the typesetting process: one document at a time, within a time limit, kept on disk."""

import asyncio
import hashlib
import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from federation.errors import Refused
from web.typesetting.glyphs import all_drawable
from web.typesetting.worker import source_of

log = logging.getLogger(__name__)

Format = Literal["pdf", "png"]
TIME_LIMIT_S: Final = 30.0
MAX_WAITING: Final = 8
MAX_KEPT: Final = 400
ROOT: Final = Path(__file__).parents[2]


@dataclass
class Press:
    """Documents set by Typst; `folder` holds what was set before, `pictures` the uploads.

    A file is named by everything that went into it, so it is never out of date; the oldest go
    when there are too many.
    """

    folder: Path
    pictures: Path
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0

    async def document(
        self,
        template: str,
        form: Format,
        values: dict[str, Any],
        created: int,
        *,
        keep: bool = True,
    ) -> bytes:
        """The file; `created` in milliseconds. Raises `Refused` 503 when it cannot be had now.

        Without `keep` nothing of it stays on the disk: for what names people.
        """
        order = orjson.dumps(
            {
                "template": template,
                "format": form,
                "folder": str(self.pictures),
                "created": created // 1000,
                "values": all_drawable(values),
            }
        )
        path = await asyncio.to_thread(self._path, order, template, form)
        found = await asyncio.to_thread(_read, path) if keep else None
        if found is not None:
            return found
        if self._waiting >= MAX_WAITING:
            raise Refused(503, "busy", "Many documents are being made; try again in a moment.")
        self._waiting += 1
        try:
            async with self._turn:
                found = await asyncio.to_thread(_read, path) if keep else None
                if found is None:
                    # Typst insists on the folder; a node without uploads has none.
                    await asyncio.to_thread(self.pictures.mkdir, parents=True, exist_ok=True)
                    found = await _set(order)
                    if keep:
                        await asyncio.to_thread(self._keep, path, found)
                return found
        finally:
            self._waiting -= 1

    def _path(self, order: bytes, template: str, form: Format) -> Path:
        digest = hashlib.sha256(source_of(template) + order)
        return self.folder / f"{digest.hexdigest()}.{form}"

    def _keep(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = sorted(self.folder.iterdir(), key=lambda file: file.stat().st_mtime)
        for old in kept[: max(0, len(kept) - MAX_KEPT + 1)]:
            old.unlink(missing_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(path)


def forget_documents(folder: Path, before: float) -> int:
    """Remove what was set before a moment (seconds since the epoch); gives how many files.

    So what was withdrawn is not kept here either.
    """
    old = [file for file in folder.glob("*") if file.stat().st_mtime < before]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


async def _set(order: bytes) -> bytes:
    """One document from a process of its own. Raises `Refused` 503."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "web.typesetting.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={},
    )
    try:
        async with asyncio.timeout(TIME_LIMIT_S):
            content, complaint = await process.communicate(order)
    except TimeoutError:
        log.warning("a document took longer than %d seconds", TIME_LIMIT_S)
        raise Refused(503, "typesetting", "This document takes too long to make.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        log.error("a document could not be set: %s", complaint.decode("utf-8", "replace")[-2_000:])
        raise Refused(503, "typesetting", "This document cannot be made now.")
    return content
