"""Services that translate texts: LibreTranslate and DeepL, asked over guarded HTTP."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import httpx
import msgspec

from federation.client import Answer, HttpClient
from federation.errors import Refused

T = TypeVar("T")

JSON: Final = "application/json"
MAX_ANSWER: Final = 2_000_000
QUOTA: Final = 456
DEEPL: Final = "https://api.deepl.com/v2"
DEEPL_FREE: Final = "https://api-free.deepl.com/v2"


@dataclass(frozen=True, slots=True)
class Translated:
    """Texts in another language, in the order of the originals, and what these were written in."""

    texts: list[str]
    source: str


class TranslationService(Protocol):
    """Something that translates HTML."""

    @property
    def provider(self) -> str:
        """Its name, which readers see beside a translation."""
        ...

    async def languages(self) -> dict[str, list[str]]:
        """From which languages it translates into which. Raises `FederationError`."""
        ...

    async def translate(self, texts: Sequence[str], source: str, target: str) -> Translated:
        """These texts in another language; `source` may be empty. Raises `FederationError`."""
        ...


class _Language(msgspec.Struct):
    code: str
    targets: list[str] = []


class _Detected(msgspec.Struct):
    language: str = ""


class _Answer(msgspec.Struct):
    texts: list[str] = msgspec.field(name="translatedText")
    detected: list[_Detected] | _Detected | None = msgspec.field(
        name="detectedLanguage", default=None
    )


@dataclass(frozen=True, slots=True)
class LibreTranslate:
    """A server that speaks LibreTranslate's API."""

    client: HttpClient
    url: str
    key: str = ""

    def __repr__(self) -> str:
        return f"LibreTranslate({self.url})"

    @property
    def provider(self) -> str:
        """Its name."""
        return "LibreTranslate"

    async def languages(self) -> dict[str, list[str]]:
        """From which languages it translates into which."""
        answer = await self.client.get(f"{self._base}/languages", accept=JSON)
        found = _read(answer, list[_Language])
        return {one.code: [t for t in one.targets if t != one.code] for one in found}

    async def translate(self, texts: Sequence[str], source: str, target: str) -> Translated:
        """These texts in another language."""
        asked = {
            "q": list(texts),
            "source": source or "auto",
            "target": target,
            "format": "html",
            **({"api_key": self.key} if self.key else {}),
        }
        answer = await self.client.post(
            f"{self._base}/translate",
            msgspec.json.encode(asked),
            content_type=JSON,
            headers={"Accept": JSON},
            max_bytes=MAX_ANSWER,
        )
        found = _read(answer, _Answer)
        detected = found.detected[:1] if isinstance(found.detected, list) else [found.detected]
        spoken = next((one.language for one in detected if one is not None), "")
        return _complete(found.texts, source or spoken, len(texts))

    @property
    def _base(self) -> str:
        return self.url.rstrip("/")


class _DeepLLanguage(msgspec.Struct):
    language: str


class _DeepLText(msgspec.Struct):
    text: str
    detected_source_language: str = ""


class _DeepLAnswer(msgspec.Struct):
    translations: list[_DeepLText]


class _KeyAuth(httpx.Auth):
    def __init__(self, key: str) -> None:
        self._header = f"DeepL-Auth-Key {key}"

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = self._header
        yield request


@dataclass(frozen=True, slots=True)
class DeepL:
    """DeepL; keys of the free plan end in `:fx` and have an address of their own."""

    client: HttpClient
    key: str

    def __repr__(self) -> str:
        return "DeepL()"

    @property
    def provider(self) -> str:
        """Its name."""
        return "DeepL.com"

    async def languages(self) -> dict[str, list[str]]:
        """From which languages it translates into which."""
        sources = await self._known("source")
        targets = await self._known("target")
        return {one: [target for target in targets if target != one] for one in sources}

    async def translate(self, texts: Sequence[str], source: str, target: str) -> Translated:
        """These texts in another language."""
        asked: dict[str, object] = {
            "text": list(texts),
            "target_lang": target.upper(),
            "tag_handling": "html",
        }
        if source:
            asked["source_lang"] = source.partition("-")[0].upper()
        answer = await self.client.post(
            f"{self._base}/translate",
            msgspec.json.encode(asked),
            content_type=JSON,
            signer=_KeyAuth(self.key),
            max_bytes=MAX_ANSWER,
        )
        found = _read(answer, _DeepLAnswer).translations
        spoken = found[0].detected_source_language.lower() if found else ""
        return _complete([one.text for one in found], source or spoken, len(texts))

    async def _known(self, kind: str) -> list[str]:
        url = f"{self._base}/languages?type={kind}"
        answer = await self.client.get(url, accept=JSON, signer=_KeyAuth(self.key))
        return [one.language.lower() for one in _read(answer, list[_DeepLLanguage])]

    @property
    def _base(self) -> str:
        return DEEPL_FREE if self.key.endswith(":fx") else DEEPL


_READ: Final[Mapping[int, str]] = {
    429: "There have been too many requests to the translation service recently.",
    403: "The translation service has refused this server.",
    QUOTA: "The server-wide usage quota for the translation service has been exceeded.",
}


def _read(answer: Answer, kind: type[T]) -> T:
    """What a service answered; raises `Refused` 503 for anything that is no translation."""
    if not answer.ok:
        detail = _READ.get(answer.status, "The translation service is not available.")
        raise Refused(503, "translation", detail)
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.MsgspecError:
        raise Refused(503, "translation", "The translation service is not available.") from None


def _complete(texts: list[str], source: str, wanted: int) -> Translated:
    if len(texts) != wanted:
        raise Refused(503, "translation", "The translation service is not available.")
    return Translated(texts, source)
