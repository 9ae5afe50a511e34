"""`/admin/tokens`: which programs may act in whose name, and an end to it."""

from collections.abc import Sequence

from quart import Blueprint, Response

from actors.administration import revoke_tokens
from storage.oversight import OversightStatements
from storage.records import ActorRecord, TokenRecord
from storage.store import Tx
from web.administration.desk import Desk, id_of
from web.rendering import redirect, register_done
from web.texts import mark

register_done({"token-revoked": mark("The program has no access any more.")})


def add_token_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The bearer tokens of every account."""

    @blueprint.get("/admin/tokens")
    async def tokens() -> Response:
        await desk.admin()
        return await desk.page("tokens", tokens=await desk.query(_tokens))

    @blueprint.post("/admin/tokens/revoke")
    async def revoke() -> Response:
        await desk.admin()
        form = await desk.context.sessions.checked_form()
        number, actor = id_of(form.get("token", "")), await desk.actor(form.get("account", ""))
        who, now = await desk.who(), desk.now()
        await desk.write(lambda tx: revoke_tokens(tx, who, actor, number, "", now))
        return redirect("/admin/tokens", done="token-revoked")


async def _tokens(tx: Tx) -> Sequence[tuple[TokenRecord, ActorRecord]]:
    found = await OversightStatements(tx.connection).living_tokens()
    actors = await tx.actors.by_ids(sorted({token.actor_id for token in found}))
    return [(token, actors[token.actor_id]) for token in found]
