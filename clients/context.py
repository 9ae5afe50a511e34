"""What every part of the API needs, built once by the node."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from actors.identifiers import Identifiers
from actors.policy import DomainRules
from actors.site import SiteFacts
from clients.rendering.cache import RenderCache
from clients.streaming.open_streams import OpenStreams
from clients.texts import Translate
from config.settings import Settings
from federation.client import HttpClient
from objects.media import MediaLimits
from objects.projects.leaves import FileLeaves
from objects.proxy import MediaProxy
from objects.translation import Translator
from outbox.context import OutboxContext
from storage.files import MediaFiles
from storage.records import ActorRecord, ReportRecord
from storage.store import Store, Tx


class Letters(Protocol):
    """Mails about reports and measures, queued in the transaction that they are about."""

    async def report_waits(self, tx: Tx, report: ReportRecord) -> None:
        """Tell the administrators of a new report."""
        ...

    async def report_decided(
        self, tx: Tx, report: ReportRecord, concerned: Sequence[int] = (), pages: Sequence[str] = ()
    ) -> None:
        """Tell whoever reported what was decided, and the authors of what was withdrawn."""
        ...

    async def measure(self, tx: Tx, actor: ActorRecord, measure: str, text: str) -> None:
        """Tell a member what was done about their account, and why."""
        ...


LegalText = Callable[[str], Awaitable[str]]
"""The HTML of the page `legal` or `privacy`, in the language that the request asks for."""


@dataclass(frozen=True, slots=True)
class ClientContext:
    """The services behind the API; `outbox` holds the acts' store, identifiers and clock.

    `texts` translates what members are told; `identifiers` writes addresses as apps get them.
    """

    outbox: OutboxContext
    identifiers: Identifiers
    settings: Settings
    files: MediaFiles
    limits: MediaLimits
    client: HttpClient
    proxy: MediaProxy
    leaves: FileLeaves
    rules: DomainRules
    site: SiteFacts
    version: str
    legal_text: LegalText
    letters: Letters
    texts: Translate
    translator: Translator | None
    streams: OpenStreams
    cache: RenderCache = field(default_factory=RenderCache)

    @property
    def store(self) -> Store:
        """The database."""
        return self.outbox.store

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self.outbox.now()
