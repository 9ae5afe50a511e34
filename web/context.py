"""What every page needs, built once by the node and handed to each area's routes."""

from dataclasses import dataclass

from actors.policy import DomainRules
from actors.site import SiteFacts
from config.settings import Settings
from federation.client import HttpClient
from objects.media import MediaLimits
from outbox.context import OutboxContext
from storage.files import MediaFiles
from storage.store import Store
from web.mails import Mails
from web.rendering import Renderer
from web.sessions import Sessions


@dataclass(frozen=True, slots=True)
class WebContext:
    """The services behind the pages; `outbox` holds the store, the identifiers and the clock."""

    outbox: OutboxContext
    settings: Settings
    files: MediaFiles
    limits: MediaLimits
    client: HttpClient
    rules: DomainRules
    site: SiteFacts
    sessions: Sessions
    mails: Mails
    renderer: Renderer

    @property
    def store(self) -> Store:
        """The database."""
        return self.outbox.store

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self.outbox.now()
