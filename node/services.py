"""Every part of a node, built once and handed to whoever needs it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from actors.access import Visitors
from actors.identifiers import Identifiers
from actors.keys import ActorKeys, HostSchemes
from actors.policy import DomainRules
from actors.remote import RemoteActors
from actors.rush import Rush
from actors.site import SiteFacts
from clients.context import ClientContext
from clients.streaming.open_streams import OpenStreams
from config.settings import Settings
from federation.addresses import AddressGuard
from federation.client import HttpClient, Transport, user_agent
from federation.fetch import Fetcher
from federation.policy import RateLimiter
from federation.translation import DeepL, LibreTranslate, TranslationService
from federation.verify import Verifier
from inbox.quotes import QuoteWorker
from inbox.receive import Receiver
from inbox.sources import Lanes, Sources
from inbox.worker import InboxWorker
from node.housekeeping import Housekeeping
from objects.cards.worker import CardWorker
from objects.media import MediaLimits
from objects.projects.leaves import FileLeaves
from objects.projects.mirror import ProjectFilesWorker
from objects.proxy import MediaProxy, ProxiedIdentifiers
from objects.remote import RemoteObjects
from objects.translation import Translator, translates
from outbox.context import OutboxContext
from outbox.deliver import Deliverer
from outbox.fanout import FanoutWorker
from outbox.hosts import Circuits
from outbox.publish import Publisher
from outbox.responses import Responses
from outbox.synchronisation import FollowerDigests
from outbox.worker import DeliveryWorker
from storage.files import MediaFiles
from storage.migrate import pending
from storage.store import Store, open_store
from web.context import WebContext
from web.letters import Letters
from web.mails import Mails
from web.public.legal import legal_html
from web.rendering import Renderer
from web.sessions import Sessions
from web.texts import texts_of

TRANSLATION_TIMEOUT_S = 20.0

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one node; `transport` and `clock` are what tests replace."""

    settings: Settings
    clock: Clock
    identifiers: Identifiers
    store: Store
    files: MediaFiles
    client: HttpClient
    keys: ActorKeys
    rules: DomainRules
    fetcher: Fetcher
    remote: RemoteActors
    verifier: Verifier
    visitors: Visitors
    inbox_limits: RateLimiter
    receiver: Receiver
    outbox: OutboxContext
    inbox_worker: InboxWorker
    quote_worker: QuoteWorker
    card_worker: CardWorker
    project_files_worker: ProjectFilesWorker
    leaves: FileLeaves
    fanout_worker: FanoutWorker
    delivery_worker: DeliveryWorker
    housekeeping: Housekeeping
    web: WebContext
    clients: ClientContext

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return int(self.clock() * 1000)

    async def close(self) -> None:
        """Close connections, the database last."""
        await self.client.aclose()
        await self.store.close()


class OutdatedDatabase(ValueError):
    """The database is older than this version; the text says what to do."""


async def open_services(settings: Settings) -> Services:
    """Open the database and build everything over it. Raises `OutdatedDatabase`."""
    store = await open_store(settings.database_url, synchronous=settings.synchronous)
    if await pending(store):
        await store.close()
        raise OutdatedDatabase("the database is older than this version; run: communotic migrate")
    services = build_services(settings, store)
    await services.keys.node_key()
    return services


def build_services(
    settings: Settings,
    store: Store,
    *,
    transport: Transport | None = None,
    clock: Clock = time.time,
) -> Services:
    """Wire the parts together; nothing is opened or started here."""
    identifiers = Identifiers.of(settings)
    rules = DomainRules(store, clock)
    client = _client(settings, transport, rules)
    keys = ActorKeys(store, identifiers, clock)
    schemes = HostSchemes(store, clock)
    fetcher = Fetcher(client, keys.loaded_node_key, memory=schemes, clock=clock)
    remote = RemoteActors(store, fetcher, client, identifiers, clock, rules)
    verifier = _verifier(keys, fetcher, clock)
    deliverer = Deliverer(
        store, client, keys, schemes, rules, FollowerDigests(store, identifiers, clock), clock
    )
    files = MediaFiles(settings.media_dir)
    outbox = _outbox(settings, store, identifiers, fetcher, remote, clock)
    rush = outbox.publisher.rush
    web = _web(settings, outbox, files, client, rules)
    leaves = FileLeaves(keys.loaded_node_key, clock)
    return Services(
        settings=settings,
        clock=clock,
        identifiers=identifiers,
        store=store,
        files=files,
        client=client,
        keys=keys,
        rules=rules,
        fetcher=fetcher,
        remote=remote,
        verifier=verifier,
        visitors=Visitors(verifier, rules, keys, secure_mode=settings.secure_mode),
        inbox_limits=_inbox_limits(settings),
        receiver=Receiver(store, clock, settings.log_days),
        outbox=outbox,
        inbox_worker=_inbox_worker(settings, outbox, fetcher, verifier),
        quote_worker=QuoteWorker(
            Sources(store, identifiers, remote, fetcher, Lanes(), verifier, clock),
            Responses(outbox),
        ),
        card_worker=CardWorker(store, client, clock),
        project_files_worker=_project_files_worker(web, fetcher),
        leaves=leaves,
        fanout_worker=FanoutWorker(store, identifiers, rules, clock, outbox.publisher, rush),
        delivery_worker=_delivery_worker(settings, store, deliverer, rush, clock),
        housekeeping=Housekeeping(outbox, files, settings, clock),
        web=web,
        clients=_clients(
            web,
            _translator(settings, store, transport, clock),
            MediaProxy(client, settings.pictures_dir, keys.loaded_node_key),
            leaves,
        ),
    )


def _outbox(
    settings: Settings,
    store: Store,
    identifiers: Identifiers,
    fetcher: Fetcher,
    remote: RemoteActors,
    clock: Clock,
) -> OutboxContext:
    """What acts of local actors need."""
    return OutboxContext(
        store,
        identifiers,
        Publisher(identifiers, clock),
        remote,
        RemoteObjects(store, fetcher, remote, identifiers, clock),
        settings.language,
        clock,
        settings.project_files,
    )


def _project_files_worker(web: WebContext, fetcher: Fetcher) -> ProjectFilesWorker:
    """Who brings files of partners here."""
    store, clock = web.outbox.store, web.outbox.clock
    bound = web.settings.project_files
    return ProjectFilesWorker(store, fetcher, web.files, web.limits, bound, clock)


def _inbox_worker(
    settings: Settings, outbox: OutboxContext, fetcher: Fetcher, verifier: Verifier
) -> InboxWorker:
    return InboxWorker(
        store=outbox.store,
        identifiers=outbox.identifiers,
        remote=outbox.remote,
        fetcher=fetcher,
        verifier=verifier,
        outgoing=Responses(outbox),
        rules=outbox.remote.rules,
        clock=outbox.clock,
        thread_depth=settings.thread_depth,
        remember_days=settings.log_days,
        writing=outbox.publisher.rush,
    )


def _web(
    settings: Settings,
    outbox: OutboxContext,
    files: MediaFiles,
    client: HttpClient,
    rules: DomainRules,
) -> WebContext:
    """What the pages need."""
    store, clock = outbox.store, outbox.clock
    site = SiteFacts(store, clock, settings)
    sessions = Sessions(store, settings, clock)
    return WebContext(
        outbox=outbox,
        settings=settings,
        files=files,
        limits=MediaLimits(settings.max_upload, settings.max_pixels, settings.virus_scanner),
        client=client,
        rules=rules,
        site=site,
        sessions=sessions,
        mails=Mails(settings, clock),
        renderer=Renderer(store, outbox.identifiers, settings, site, sessions, clock),
    )


def _translator(
    settings: Settings,
    store: Store,
    transport: Transport | None,
    clock: Clock,
) -> Translator | None:
    """The service that translates posts, if the administrator named one.

    Only for that one a private network may be open, as it often runs beside the node.
    """
    if not translates(settings):
        return None
    asking = HttpClient(
        user_agent=user_agent(version("communotic"), settings.origin),
        guard=AddressGuard(
            settings.libretranslate_networks,
            allow_http=settings.libretranslate_url.startswith("http://"),
        ),
        transport=transport,
        timeout_s=TRANSLATION_TIMEOUT_S,
        connections_per_host=4,
    )
    service: TranslationService = (
        DeepL(asking, settings.deepl_key)
        if settings.deepl_key
        else LibreTranslate(asking, settings.libretranslate_url, settings.libretranslate_key)
    )
    return Translator(store, service, clock)


def _clients(
    web: WebContext, translator: Translator | None, proxy: MediaProxy, leaves: FileLeaves
) -> ClientContext:
    """What apps need; they share with the pages what the site says of itself."""
    identifiers = web.outbox.identifiers
    if web.settings.media_proxy:
        identifiers = ProxiedIdentifiers(identifiers.origin, identifiers.host, proxy.seal)
    return ClientContext(
        outbox=web.outbox,
        identifiers=identifiers,
        settings=web.settings,
        files=web.files,
        limits=web.limits,
        client=web.client,
        proxy=proxy,
        leaves=leaves,
        rules=web.rules,
        site=web.site,
        version=version("communotic"),
        legal_text=partial(legal_html, web),
        letters=Letters(web.mails, web.settings),
        texts=texts_of,
        translator=translator,
        streams=OpenStreams(web.outbox.store),
    )


def _client(settings: Settings, transport: Transport | None, rules: DomainRules) -> HttpClient:
    return HttpClient(
        user_agent=user_agent(version("communotic"), settings.origin),
        guard=AddressGuard(settings.allow_private, allow_http=settings.scheme == "http"),
        transport=transport,
        timeout_s=settings.fetch_timeout,
        connections_per_host=settings.host_concurrency + 2,
        refuse=rules.distrust_if_suspended,
    )


def _delivery_worker(
    settings: Settings, store: Store, deliverer: Deliverer, rush: Rush, clock: Clock
) -> DeliveryWorker:
    return DeliveryWorker(
        store,
        deliverer,
        Circuits(clock),
        clock,
        concurrency=settings.delivery_concurrency,
        host_concurrency=settings.host_concurrency,
        rush=rush,
    )


def _verifier(keys: ActorKeys, fetcher: Fetcher, clock: Clock) -> Verifier:
    """A verifier that fetches only so many unknown keys of one host."""
    strangers = RateLimiter(rate=10, burst=200, clock=time.monotonic)

    def allowed(host: str) -> bool:
        return strangers.check(host) is None

    return Verifier(keys=keys, fetcher=fetcher, clock=clock, fetch_allowed=allowed)


def _inbox_limits(settings: Settings) -> RateLimiter:
    """A minute's allowance, of which a sixth may come at once."""
    per_minute = settings.inbox_rate
    return RateLimiter(rate=per_minute / 60, burst=per_minute / 6 + 1, clock=time.monotonic)
