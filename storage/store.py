"""The only way to the database: transactions, readings, small writes, wake-ups."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from storage.activities import ActivityStatements
from storage.actors import ActorStatements
from storage.administration import AdministrationStatements
from storage.announcements import AnnouncementStatements
from storage.apps_reading import AppReadingStatements
from storage.bonds import BondStatements
from storage.cards import CardStatements
from storage.concepts import ConceptStatements
from storage.conversations import ConversationStatements
from storage.credentials import CredentialStatements
from storage.deliveries import DeliveryStatements
from storage.drafts import DraftStatements
from storage.emojis import EmojiStatements
from storage.engine import DatabaseEngine
from storage.events import EventStatements
from storage.experiences import ExperienceStatements
from storage.feeds import FeedStatements
from storage.filters import FilterStatements
from storage.home_feeds import HomeFeedStatements
from storage.hosts import HostStatements
from storage.imports import ImportStatements
from storage.instance import InstanceStatements
from storage.ledger import LedgerStatements
from storage.lists import ListStatements
from storage.mails import MailStatements
from storage.markers import MarkerStatements
from storage.measures import MeasureStatements
from storage.members import MemberStatements
from storage.network import NetworkStatements
from storage.notification_policies import NotificationPolicyStatements
from storage.notifications import NotificationStatements
from storage.oauth import OAuthStatements
from storage.objects import ObjectStatements
from storage.peeks import PeekStatements
from storage.people import PeopleStatements
from storage.ports import Connection, Engine, StorageError
from storage.post_search import PostSearchStatements
from storage.preferences import PreferenceStatements
from storage.profiles import ProfileStatements
from storage.project_families import ProjectFamilies
from storage.pushes import PushStatements
from storage.quotes import QuoteStatements
from storage.received import ReceivedStatements
from storage.relationships import RelationshipStatements
from storage.scheduled import ScheduledStatements
from storage.search import SearchStatements
from storage.sessions import SessionStatements
from storage.severances import SeveranceStatements
from storage.site import SiteStatements
from storage.sqlite_statements import Synchronous
from storage.statuses import StatusStatements
from storage.stream_readers import StreamReaderStatements
from storage.streams import StreamStatements
from storage.tags import TagStatements
from storage.timelines import TimelineStatements
from storage.translations import TranslationStatements
from storage.trends import TrendStatements
from storage.uploads import UploadStatements
from storage.wakeups import Wakeup

T = TypeVar("T")


class Tx(ProjectFamilies):
    """One transaction, seen through the table families; each is built when it is first used."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def activities(self) -> ActivityStatements:
        """Activities, and who they were for."""
        return ActivityStatements(self.connection)

    @cached_property
    def actors(self) -> ActorStatements:
        """Actors and keys."""
        return ActorStatements(self.connection)

    @cached_property
    def administration(self) -> AdministrationStatements:
        """What only administrators ask."""
        return AdministrationStatements(self.connection)

    @cached_property
    def announcements(self) -> AnnouncementStatements:
        """What administrators tell everybody here."""
        return AnnouncementStatements(self.connection)

    @cached_property
    def apps(self) -> AppReadingStatements:
        """What apps show beside actors and objects."""
        return AppReadingStatements(self.connection)

    @cached_property
    def bonds(self) -> BondStatements:
        """How members stand to others."""
        return BondStatements(self.connection)

    @cached_property
    def cards(self) -> CardStatements:
        """Previews of links."""
        return CardStatements(self.connection)

    @cached_property
    def concepts(self) -> ConceptStatements:
        """Vocabularies."""
        return ConceptStatements(self.connection)

    @cached_property
    def conversations(self) -> ConversationStatements:
        """Private conversations of members."""
        return ConversationStatements(self.connection)

    @cached_property
    def credentials(self) -> CredentialStatements:
        """What members prove with besides a password."""
        return CredentialStatements(self.connection)

    @cached_property
    def deliveries(self) -> DeliveryStatements:
        """What waits to be sent."""
        return DeliveryStatements(self.connection)

    @cached_property
    def drafts(self) -> DraftStatements:
        """Experiences that are being written."""
        return DraftStatements(self.connection)

    @cached_property
    def emojis(self) -> EmojiStatements:
        """The custom emoji of this node."""
        return EmojiStatements(self.connection)

    @cached_property
    def events(self) -> EventStatements:
        """Events, and who takes part in them."""
        return EventStatements(self.connection)

    @cached_property
    def experiences(self) -> ExperienceStatements:
        """Experiences, here and elsewhere."""
        return ExperienceStatements(self.connection)

    @cached_property
    def feeds(self) -> FeedStatements:
        """What apps page through."""
        return FeedStatements(self.connection)

    @cached_property
    def filters(self) -> FilterStatements:
        """What members do not want to see in their apps."""
        return FilterStatements(self.connection)

    @cached_property
    def home_feeds(self) -> HomeFeedStatements:
        """What home timelines gain and lose with follows."""
        return HomeFeedStatements(self.connection)

    @cached_property
    def hosts(self) -> HostStatements:
        """Other servers."""
        return HostStatements(self.connection)

    @cached_property
    def imports(self) -> ImportStatements:
        """What came from other systems."""
        return ImportStatements(self.connection)

    @cached_property
    def instance(self) -> InstanceStatements:
        """What the node counts of itself."""
        return InstanceStatements(self.connection)

    @cached_property
    def ledger(self) -> LedgerStatements:
        """What belongs to no other family."""
        return LedgerStatements(self.connection)

    @cached_property
    def lists(self) -> ListStatements:
        """Lists of people whom members follow."""
        return ListStatements(self.connection)

    @cached_property
    def mails(self) -> MailStatements:
        """Mails that wait to be sent."""
        return MailStatements(self.connection)

    @cached_property
    def markers(self) -> MarkerStatements:
        """How far members have read."""
        return MarkerStatements(self.connection)

    @cached_property
    def measures(self) -> MeasureStatements:
        """Numbers for administrators."""
        return MeasureStatements(self.connection)

    @cached_property
    def members(self) -> MemberStatements:
        """People with an account here."""
        return MemberStatements(self.connection)

    @cached_property
    def network(self) -> NetworkStatements:
        """The servers of the network."""
        return NetworkStatements(self.connection)

    @cached_property
    def objects(self) -> ObjectStatements:
        """Objects and timelines."""
        return ObjectStatements(self.connection)

    @cached_property
    def peeks(self) -> PeekStatements:
        """Short looks at pages."""
        return PeekStatements(self.connection)

    @cached_property
    def oauth(self) -> OAuthStatements:
        """Apps that members sign in with."""
        return OAuthStatements(self.connection)

    @cached_property
    def people(self) -> PeopleStatements:
        """Lists of people."""
        return PeopleStatements(self.connection)

    @cached_property
    def profiles(self) -> ProfileStatements:
        """What stands on a profile."""
        return ProfileStatements(self.connection)

    @cached_property
    def posts(self) -> PostSearchStatements:
        """The words of posts."""
        return PostSearchStatements(self.connection)

    @cached_property
    def received(self) -> ReceivedStatements:
        """What came in."""
        return ReceivedStatements(self.connection)

    @cached_property
    def relationships(self) -> RelationshipStatements:
        """Follows and blocks."""
        return RelationshipStatements(self.connection)

    @cached_property
    def site(self) -> SiteStatements:
        """What the administrator says of the site."""
        return SiteStatements(self.connection)

    @cached_property
    def sessions(self) -> SessionStatements:
        """Who is signed in, and secrets that are used once."""
        return SessionStatements(self.connection)

    @cached_property
    def severances(self) -> SeveranceStatements:
        """Follows that ended because somebody was shut out."""
        return SeveranceStatements(self.connection)

    @cached_property
    def notifications(self) -> NotificationStatements:
        """What members are told."""
        return NotificationStatements(self.connection)

    @cached_property
    def notification_policies(self) -> NotificationPolicyStatements:
        """Whose notifications wait for leave."""
        return NotificationPolicyStatements(self.connection)

    @cached_property
    def preferences(self) -> PreferenceStatements:
        """What members chose."""
        return PreferenceStatements(self.connection)

    @cached_property
    def pushes(self) -> PushStatements:
        """What apps are told while they are closed."""
        return PushStatements(self.connection)

    @cached_property
    def quotes(self) -> QuoteStatements:
        """What objects quote."""
        return QuoteStatements(self.connection)

    @cached_property
    def scheduled(self) -> ScheduledStatements:
        """Posts that wait for their time."""
        return ScheduledStatements(self.connection)

    @cached_property
    def statuses(self) -> StatusStatements:
        """What apps do with posts."""
        return StatusStatements(self.connection)

    @cached_property
    def stream_readers(self) -> StreamReaderStatements:
        """Who of those with open streams gets what."""
        return StreamReaderStatements(self.connection)

    @cached_property
    def streams(self) -> StreamStatements:
        """What open streams are told."""
        return StreamStatements(self.connection)

    @cached_property
    def uploads(self) -> UploadStatements:
        """Files on their way into posts."""
        return UploadStatements(self.connection)

    @cached_property
    def tags(self) -> TagStatements:
        """Hashtags."""
        return TagStatements(self.connection)

    @cached_property
    def trends(self) -> TrendStatements:
        """What many speak of."""
        return TrendStatements(self.connection)

    @cached_property
    def timelines(self) -> TimelineStatements:
        """What members read."""
        return TimelineStatements(self.connection)

    @cached_property
    def translations(self) -> TranslationStatements:
        """Posts in other languages."""
        return TranslationStatements(self.connection)

    @cached_property
    def search(self) -> SearchStatements:
        """The words and facets of experiences."""
        return SearchStatements(self.connection)

    def notify_on_commit(self, channel: str) -> None:
        """Wake every listener of `channel`, in every process, once this is committed."""
        self.connection.notify_on_commit(channel)


class Store:
    """An open database. Never await the network inside a transaction."""

    def __init__(self, engine: DatabaseEngine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """Which database this is."""
        return self._engine.name

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A block that writes: committed at its end, undone when it raises.

        On SQLite it holds the one writer, so keep it short; for a few statements `write` is
        cheaper. Raises `Conflict`, `Busy` or `StorageError`.
        """
        async with self._engine.transaction() as connection:
            yield Tx(connection)

    @asynccontextmanager
    async def read(self, *, snapshot: bool = False) -> AsyncIterator[Tx]:
        """A block that only reads; `snapshot` makes all its statements see one state.

        SQLite always gives one state; PostgreSQL is asked for it only with `snapshot`, which
        costs two round trips.
        """
        async with self._engine.reading(snapshot=snapshot) as connection:
            yield Tx(connection)

    async def write(self, operation: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a small writing operation; returns its result once that is durable.

        On SQLite the operation runs on the database's own thread, in one commit with others that
        wait at the same moment, and alone fails when it raises. It may await nothing but its
        transaction, and should touch nothing else that changes. A caller that is cancelled does
        not know whether it was done. Raises what the operation raises, `Busy` or `StorageError`.
        """
        return await self._engine.write(lambda connection: operation(Tx(connection)))

    async def query(self, operation: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a reading operation of several statements; the fast way to read.

        On SQLite it runs on a reader's thread in one go, under the same rules as `write`.
        """
        return await self._engine.query(lambda connection: operation(Tx(connection)))

    def schema_change(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction for a migration; only one at a time, across processes."""
        return self._engine.schema_change()

    def listen(self, channel: str) -> Wakeup:
        """A wake-up that is called when anybody notifies `channel`; keep it, and wait on it."""
        return self._engine.listen(channel)

    async def notify(self, channel: str) -> None:
        """Wake every listener of `channel` now; `Tx.notify_on_commit` is usually meant."""
        await self._engine.notify(channel)

    async def analyze(self) -> None:
        """Give the query planner fresh statistics; for a nightly task."""
        await self._engine.analyze()

    async def close(self) -> None:
        """Finish what was begun and close every connection."""
        await self._engine.close()


async def open_store(
    url: str, *, readers: int = 3, synchronous: Synchronous = "full", pool_size: int = 5
) -> Store:
    """Open `sqlite:///abs/path.db` or `postgresql://…`.

    `readers` and `synchronous` are for SQLite: with `full` a finished write survives a power
    cut, with `normal` only the end of the process. `pool_size` is for PostgreSQL: at most so
    many connections for writing, and as many for reading. Raises `StorageError`.
    """
    if url.startswith("sqlite:"):
        from storage.sqlite import SqliteEngine

        return Store(
            await SqliteEngine.open(sqlite_path(url), readers=readers, synchronous=synchronous)
        )
    if url.startswith(("postgresql://", "postgres://")):
        from storage.postgres import PostgresEngine

        return Store(await PostgresEngine.open(url, pool_size=pool_size))
    raise StorageError("A database is named sqlite:///path or postgresql://…")


def sqlite_path(url: str) -> Path:
    """The file that a `sqlite:///abs/path.db` names. Raises `StorageError`."""
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or parts.netloc or parts.query or not parts.path.strip("/"):
        raise StorageError(f"{url!r} names no file; write sqlite:///absolute/path.db")
    path = Path("/" + unquote(parts.path).lstrip("/"))
    if not path.parent.is_dir():
        raise StorageError(f"The database {path} cannot be opened: {path.parent} is missing.")
    return path
