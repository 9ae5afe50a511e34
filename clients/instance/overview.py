"""`/api/v1/instance` and `/api/v2/instance`: what every app asks at its start."""

from dataclasses import dataclass
from typing import Final

from actors.discovery import NodeCounts
from actors.memory import Memory
from actors.site import Appearance
from actors.vapid import public_key
from clients.context import ClientContext
from clients.door import Call, Door
from clients.entities.accounts import Account
from clients.entities.instance import (
    ApiVersions,
    Contact,
    Icon,
    Instance,
    Registrations,
    Rule,
    Stats,
    Thumbnail,
    Usage,
    Users,
    V1Instance,
    V1Urls,
)
from clients.instance.configuration import about, configuration, streaming, v1_configuration
from clients.rendering.accounts import AVATAR, account_list
from clients.texts import mark
from federation.nodeinfo import NodeFacts
from objects.translation import translates
from storage.records import ActorRecord, MediaRecord
from storage.store import Tx

KEPT_S: Final = 10.0
# What of Mastodon's API is there: 7 came with quotes (4.5); 8 and later have collections.
COMPATIBLE: Final = "4.5.0"
API_VERSION: Final = 7
AVATAR_SIZE: Final = 400
BY_INVITATION: Final = mark("The organisation invites those who get an account.")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is read for both entities."""

    organisation: ActorRecord | None
    account: Account | None
    picture: str
    media: MediaRecord | None
    domains: int


class Overview:
    """Both entities, made again every ten seconds at most."""

    def __init__(self, context: ClientContext) -> None:
        self._context = context
        clock = context.outbox.clock
        self._counts = NodeCounts(context.store, clock, context.version)
        self._kept: Memory[str, Instance] = Memory(clock, size=1, ttl_s=KEPT_S)
        self._kept_v1: Memory[str, V1Instance] = Memory(clock, size=1, ttl_s=KEPT_S)

    async def current(self) -> Instance:
        """The entity of today."""
        found = self._kept.get("")
        if found is None:
            found = await self._made()
            self._kept.put("", found)
        return found

    async def older(self) -> V1Instance:
        """The entity that older apps know."""
        found = self._kept_v1.get("")
        if found is None:
            found = await self._made_v1()
            self._kept_v1.put("", found)
        return found

    async def _made(self) -> Instance:
        context = self._context
        facts, counts = await self._facts(), await self._node()
        return Instance(
            domain=context.identifiers.host,
            title=self._title(facts),
            version=f"{COMPATIBLE} (compatible; Communotic {context.version})",
            source_url=about(context.identifiers),
            description=await self._description(facts),
            usage=Usage(users=Users(active_month=counts.active_month)),
            thumbnail=_thumbnail(facts),
            icon=_icons(facts),
            languages=[context.settings.language],
            configuration=configuration(
                context.identifiers,
                context.limits,
                vapid=await public_key(context.store),
                translates=translates(context.settings),
                open_to_visitors=await context.site.open_to_visitors(),
            ),
            registrations=Registrations(
                enabled=False,
                approval_required=False,
                reason_required=False,
                message=f"<p>{context.texts(context.settings.language)(BY_INVITATION)}</p>",
            ),
            contact=Contact(email=await self._mail(), account=facts.account),
            rules=await self.rules(),
            api_versions=ApiVersions(mastodon=API_VERSION),
        )

    async def _made_v1(self) -> V1Instance:
        context = self._context
        facts, counts = await self._facts(), await self._node()
        organisation = facts.organisation
        return V1Instance(
            uri=context.identifiers.host,
            title=self._title(facts),
            short_description=await self._description(facts),
            description=organisation.summary if organisation else "",
            email=await self._mail(),
            version=f"{COMPATIBLE} (compatible; Communotic {context.version})",
            urls=V1Urls(streaming_api=streaming(context.identifiers)),
            stats=Stats(
                user_count=counts.users, status_count=counts.posts, domain_count=facts.domains
            ),
            thumbnail=facts.picture,
            languages=[context.settings.language],
            registrations=False,
            approval_required=False,
            invites_enabled=False,
            configuration=v1_configuration(context.limits),
            contact_account=facts.account,
            rules=await self.rules(),
        )

    async def rules(self) -> list[Rule]:
        """What members are asked to keep."""
        found = (await self._context.site.rules()).listed()
        return [Rule(id=str(rule.number), text=rule.text, hint=rule.hint) for rule in found]

    async def _node(self) -> NodeFacts:
        settings = self._context.settings
        return await self._counts.facts("", settings.description, settings.contact)

    def _title(self, facts: Facts) -> str:
        organisation = facts.organisation
        return organisation.name if organisation else self._context.identifiers.host

    async def _description(self, facts: Facts) -> str:
        appearance = await self._context.site.appearance()
        return self._context.settings.description or appearance.tagline or self._title(facts)

    async def _mail(self) -> str:
        legal = await self._context.site.legal()
        return self._context.settings.contact or legal.mail

    async def _facts(self) -> Facts:
        appearance = await self._context.site.appearance()
        return await self._context.store.query(lambda tx: _read(tx, self._context, appearance))


async def _read(tx: Tx, context: ClientContext, appearance: Appearance) -> Facts:
    organisation = await tx.instance.organisation()
    accounts = await account_list(tx, context.identifiers, [organisation] if organisation else [])
    picture = appearance.logo
    if not picture and organisation is not None:
        picture = organisation.image or organisation.icon
    media = None
    at = context.identifiers.parse(picture) if picture else None
    if at is not None and at.kind == "media":
        media = await tx.ledger.media_by_file(at.value)
    return Facts(
        organisation,
        accounts[0] if accounts else None,
        picture or context.identifiers.origin + AVATAR,
        media,
        await tx.instance.count_peers(),
    )


def _thumbnail(facts: Facts) -> Thumbnail:
    return Thumbnail(
        url=facts.picture,
        blurhash=(facts.media.blurhash or None) if facts.media else None,
        versions={"@1x": facts.picture, "@2x": facts.picture},
        description=facts.media.description if facts.media else "",
    )


def _icons(facts: Facts) -> list[Icon]:
    width = facts.media.width if facts.media else AVATAR_SIZE
    height = facts.media.height if facts.media else AVATAR_SIZE
    return [Icon(src=facts.picture, size=f"{width or AVATAR_SIZE}x{height or AVATAR_SIZE}")]


def add_overview_routes(door: Door) -> None:
    """Register the endpoints."""
    overview = Overview(door.context)

    @door.get("/api/v2/instance", who="anyone")
    async def instance(_: Call) -> Instance:
        return await overview.current()

    @door.get("/api/v1/instance", who="anyone")
    async def v1_instance(_: Call) -> V1Instance:
        return await overview.older()

    @door.get("/api/v1/instance/rules", who="anyone")
    async def rules(_: Call) -> list[Rule]:
        return await overview.rules()
