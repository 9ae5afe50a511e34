"""What the organisation says of itself and of the law, as apps show it."""

from actors.site import LegalNotice
from clients.context import ClientContext
from clients.door import Call, Door, missing
from clients.entities.base import day, moment
from clients.entities.instance import ExtendedDescription, PrivacyPolicy, TermsOfService


def add_policy_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/instance/extended_description", who="anyone")
    async def extended_description(call: Call) -> ExtendedDescription:
        found = await call.store.query(lambda tx: tx.instance.organisation())
        if found is None or not found.summary:
            return ExtendedDescription(content="", updated_at=None)
        return ExtendedDescription(content=found.summary, updated_at=moment(found.updated_at))

    @door.get("/api/v1/instance/privacy_policy", who="anyone")
    async def privacy_policy(call: Call) -> PrivacyPolicy:
        written = await _written_at(call.context)
        text = await call.context.legal_text("privacy")
        return PrivacyPolicy(content=text, updated_at=moment(written))

    @door.get("/api/v1/instance/terms_of_service", who="anyone")
    async def terms_of_service(call: Call) -> TermsOfService:
        return await _terms(call.context)

    @door.get("/api/v1/instance/terms_of_service/<date>", who="anyone")
    async def terms_of_service_of(call: Call, date: str) -> TermsOfService:
        found = await _terms(call.context)
        if found.effective_date != date:
            raise missing()
        return found


async def _terms(context: ClientContext) -> TermsOfService:
    """The legal notice as it stands; 404 as long as it is not complete."""
    legal = await context.site.legal()
    if not legal.complete:
        raise missing()
    return TermsOfService(
        content=await context.legal_text("legal"),
        effective=True,
        effective_date=day(await _written_at(context)),
    )


async def _written_at(context: ClientContext) -> int:
    """When the legal notice was last changed; before that, when the node began."""
    written = await context.site.written_at(LegalNotice)
    if written:
        return written
    found = await context.store.query(lambda tx: tx.instance.organisation())
    return found.created_at if found else context.now()
