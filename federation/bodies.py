"""Reading the body of an answer: bounded in size before and after decompression."""

import zlib
from typing import Final, Protocol

import httpx

from federation.errors import Untrusted

ACCEPT_ENCODING: Final = "gzip, deflate"
_ANY_HEADER: Final = zlib.MAX_WBITS | 32  # gzip or zlib, as the stream says


class _Decoder(Protocol):
    def decode(self, chunk: bytes, limit: int) -> bytes:
        """At most about `limit` bytes of the chunk's plain content."""

    @property
    def finished(self) -> bool:
        """Whether the stream came to its proper end."""


class _Identity:
    finished = True

    def decode(self, chunk: bytes, limit: int) -> bytes:
        return chunk[:limit]


class _Inflate:
    """zlib with a ceiling: a bomb is met at its first bytes too many."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stream = zlib.decompressobj(_ANY_HEADER)
        self._begun = False

    def decode(self, chunk: bytes, limit: int) -> bytes:
        try:
            plain = self._stream.decompress(chunk, limit)
        except zlib.error as error:
            if self._begun:
                raise Untrusted(self._url, f"broken compression: {error}") from None
            plain = self._without_header(chunk, limit)
        self._begun = True
        return plain

    def _without_header(self, chunk: bytes, limit: int) -> bytes:
        """Some servers send `deflate` without the zlib header that RFC 9110 asks for."""
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._stream.decompress(chunk, limit)
        except zlib.error as error:
            raise Untrusted(self._url, f"broken compression: {error}") from None

    @property
    def finished(self) -> bool:
        return self._stream.eof or not self._begun


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """The whole decoded body; `Untrusted` when it has more than `limit` bytes.

    What travels and what it decompresses to are counted while they arrive, so nothing much
    larger than `limit` is ever held.
    """
    url = str(response.request.url)
    decoder = _decoder(response, url)
    body = bytearray()
    travelled = 0
    async for chunk in response.aiter_raw():
        travelled += len(chunk)
        body += decoder.decode(chunk, limit + 1 - len(body))
        if travelled > limit or len(body) > limit:
            raise Untrusted(url, f"more than {limit} bytes")
    if not decoder.finished:
        raise Untrusted(url, "the compressed body is cut off")
    return bytes(body)


def announced_length(response: httpx.Response) -> int | None:
    """The `Content-Length`, when there is a plain one."""
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _decoder(response: httpx.Response, url: str) -> _Decoder:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return _Identity()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Inflate(url)
    raise Untrusted(url, f"content encoding {encoding!r}, which was not asked for")
