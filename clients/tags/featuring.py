"""The hashtags that members show on their profiles."""

import msgspec

from clients.door import Call, Door, missing
from clients.entities.accounts import FeaturedTag
from clients.entities.timelines import Tag
from clients.rendering.tags import featured_list, tag_list
from clients.tags.following import known_name, tag
from clients.timelines.pages import open_to
from federation.errors import Refused
from outbox.acts.feature_tag import feature_tag, unfeature_tag
from storage.records import ActorRecord
from storage.store import Tx

MOST_SUGGESTED = 10


class Named(msgspec.Struct):
    """The hashtag to show."""

    name: str = ""


def add_featuring_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/featured_tags", "read:accounts")
    async def featured(call: Call) -> list[FeaturedTag]:
        return await call.store.query(lambda tx: _featured(tx, call, call.me))

    @door.get("/api/v1/accounts/<int:account_id>/featured_tags", "read:accounts", who="anyone")
    async def of_account(call: Call, account_id: int) -> list[FeaturedTag]:
        await open_to(call)

        async def operation(tx: Tx) -> list[FeaturedTag]:
            actor = await tx.actors.by_id(account_id)
            if actor is None:
                raise missing()
            shown = actor.state == "active" and actor.severity != "suspend"
            return await _featured(tx, call, actor) if shown else []

        return await call.store.query(operation)

    @door.post("/api/v1/featured_tags", "write:accounts")
    async def feature(call: Call) -> FeaturedTag:
        name = _typed((await call.read(Named)).name)
        await feature_tag(call.context.outbox, call.me, name)
        found = await call.store.query(lambda tx: _featured(tx, call, call.me))
        return next(one for one in found if one.name == name)

    @door.delete("/api/v1/featured_tags/<int:featured_id>", "write:accounts")
    async def remove(call: Call, featured_id: int) -> dict[str, str]:
        rows = await call.store.query(lambda tx: tx.tags.featured(call.me.id))
        name = next((row.name for row in rows if row.id == featured_id), None)
        if name is None:
            raise missing()
        await unfeature_tag(call.context.outbox, call.me, name)
        return {}

    @door.get("/api/v1/featured_tags/suggestions", "read:accounts")
    async def suggestions(call: Call) -> list[Tag]:
        async def operation(tx: Tx) -> list[Tag]:
            names = await tx.tags.used_by(call.me.id, MOST_SUGGESTED)
            return await tag_list(tx, call.context, call.viewer, names)

        return await call.store.query(operation)

    @door.post("/api/v1/tags/<name>/feature", "write:accounts")
    async def feature_named(call: Call, name: str) -> Tag:
        name = known_name(name)
        await feature_tag(call.context.outbox, call.me, name)
        return await tag(call, name)

    @door.post("/api/v1/tags/<name>/unfeature", "write:accounts")
    async def unfeature_named(call: Call, name: str) -> Tag:
        name = known_name(name)
        await unfeature_tag(call.context.outbox, call.me, name)
        return await tag(call, name)


async def _featured(tx: Tx, call: Call, actor: ActorRecord) -> list[FeaturedTag]:
    records = await tx.tags.featured(actor.id)
    return await featured_list(tx, call.context.identifiers, actor.id, records)


def _typed(text: str) -> str:
    try:
        return known_name(text)
    except Refused:
        detail = "Validation failed: Tag is invalid" if text else "Validation failed: Tag is blank"
        raise Refused(422, "invalid", detail) from None
