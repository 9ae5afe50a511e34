"""Pictures of other servers, passed on to apps: nobody there learns who looks at them."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.identifiers import Identifiers
from federation.client import HttpClient
from federation.errors import FederationError, Untrusted
from federation.signing import SigningKey

log = logging.getLogger(__name__)

MAX_BYTES: Final = 5_000_000
AT_ONCE: Final = 8
FAILED_S: Final = 300.0
KEPT_S: Final = 30 * 24 * 3_600.0
TOUCHED_S: Final = 24 * 3_600.0
MAX_FAILURES: Final = 1_000
ACCEPT: Final = "image/avif, image/webp, image/png, image/jpeg, image/gif"
_SEAL_BYTES: Final = 16
# What a file begins with says what it is; a server's word for it counts for nothing.
_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypavif", 4, "image/avif"),
    (b"ftypavis", 4, "image/avif"),
)


@dataclass(frozen=True, slots=True)
class ProxiedIdentifiers(Identifiers):
    """The addresses of a node that passes on the pictures of others."""

    seal: Callable[[str], str]

    def picture(self, url: str) -> str:
        """The address under which apps get a picture: ours, unless it is one of ours already."""
        if self.is_local(url) or not url.startswith("https://" if self._secure else "http"):
            return url
        seal = self.seal(url)
        token = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
        return f"{self.origin}/media/proxy/{seal}/{token}" if seal else url

    @property
    def _secure(self) -> bool:
        return self.origin.startswith("https://")


class MediaProxy:
    """Fetches pictures whose address carries our seal, and keeps them on disk for a while.

    The seal is a MAC of the address: what nobody here was shown is not fetched, so this is no
    open proxy. `key` gives the node's own key, from which the key of the seals is derived.
    """

    def __init__(
        self, client: HttpClient, folder: Path, key: Callable[[], SigningKey | None]
    ) -> None:
        self._client = client
        self._folder = folder
        self._node_key = key
        self._secret: bytes | None = None
        self._places = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[str, asyncio.Task[Path]] = {}
        self._failures: OrderedDict[str, float] = OrderedDict()

    def seal(self, url: str) -> str:
        """The seal of an address; empty before the node has a key."""
        if self._secret is None:
            key = self._node_key()
            if key is None:
                return ""
            self._secret = hashlib.sha256(b"media proxy\0" + key.private_pem.encode()).digest()
        mac = hmac.new(self._secret, url.encode(), hashlib.sha256).digest()[:_SEAL_BYTES]
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    async def picture(self, seal: str, token: str) -> tuple[Path, str]:
        """The file and the media type of a picture. Raises `LookupError` when there is none."""
        url = self._opened(seal, token)
        name = hashlib.sha256(url.encode()).hexdigest()
        path = self._folder / name[:2] / name
        kind = await asyncio.to_thread(_kept, path)
        if not kind:
            path = await self._fetched(url, name, path)
            kind = await asyncio.to_thread(_kept, path)
        if not kind:
            raise LookupError(url)
        return path, kind

    def _opened(self, seal: str, token: str) -> str:
        try:
            url = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        except (binascii.Error, UnicodeError, ValueError):
            raise LookupError("no address") from None
        ours = self.seal(url)
        if not ours or not hmac.compare_digest(ours.encode(), seal.encode()):
            raise LookupError("a seal that is not ours")
        return url

    async def _fetched(self, url: str, name: str, path: Path) -> Path:
        """Fetch once, however many ask; what failed is not tried again for some minutes."""
        failed = self._failures.get(name)
        if failed is not None and time.monotonic() - failed < FAILED_S:
            raise LookupError(url)
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.create_task(self._fetch(url, path))
            self._under_way[name] = task
            task.add_done_callback(lambda done: self._landed(name, done))
        try:
            # Whoever asked first may go away; the others still wait.
            return await asyncio.shield(task)
        except FederationError as error:
            log.debug("no picture from %s: %s", url, error)
            self._failures[name] = time.monotonic()
            if len(self._failures) > MAX_FAILURES:
                self._failures.popitem(last=False)
            raise LookupError(url) from None

    def _landed(self, name: str, task: asyncio.Task[Path]) -> None:
        del self._under_way[name]
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it as forgotten

    async def _fetch(self, url: str, path: Path) -> Path:
        async with self._places:
            answer = await self._client.get(url, accept=ACCEPT, max_bytes=MAX_BYTES)
        answer.require_ok()
        if not media_type_of_bytes(answer.body[:16]):
            raise Untrusted(url, "not a picture")
        await asyncio.to_thread(_keep, path, answer.body)
        return path


def media_type_of_bytes(beginning: bytes) -> str:
    """What a picture is, by how it begins; empty for everything else."""
    found = (kind for mark, at, kind in _BEGINNINGS if beginning[at : at + len(mark)] == mark)
    return next(found, "")


def _kept(path: Path) -> str:
    """The media type of a kept file, or empty; that it was asked for keeps it longer."""
    try:
        with path.open("rb") as file:
            kind = media_type_of_bytes(file.read(16))
        if time.time() - path.stat().st_mtime > TOUCHED_S:
            os.utime(path)
    except OSError:
        return ""
    return kind


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def forget_pictures(folder: Path, max_bytes: int, now: float) -> int:
    """Delete what nobody asked for in a month, and the oldest beyond `max_bytes`; how many."""
    found = []
    for path in folder.glob("??/*"):
        try:
            facts = path.stat()
        except OSError:
            continue
        found.append((facts.st_mtime, facts.st_size, path))
    held, removed = 0, 0
    for at, size, path in sorted(found, reverse=True):
        held += size
        if held > max_bytes or now - at > KEPT_S:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
