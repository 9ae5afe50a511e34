"""`/api/v1/apps`: an app registers, and asks later how it is known."""

import msgspec

from actors.oauth.apps import Registration, checked, redirect_uris, register
from actors.vapid import public_key
from clients.door import Call, Door, missing
from clients.entities.oauth import Application, CredentialApplication
from storage.oauth import AppRecord
from storage.store import Tx


class NewApp(msgspec.Struct):
    """What an app says of itself; addresses with blanks between them, or as a list."""

    client_name: str = ""
    redirect_uris: str | list[str] = ""
    scopes: str = ""
    website: str | None = None


def add_app_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.post("/api/v1/apps", who="client")
    async def new_app(call: Call) -> CredentialApplication:
        sent = await call.read(NewApp)
        app = checked(
            Registration(
                sent.client_name, _addresses(sent.redirect_uris), sent.scopes, sent.website or ""
            )
        )
        door.limits.registration()
        now = call.context.now()
        made = await call.store.write(lambda tx: register(tx, app, now))
        known = await _known(call, made.record)
        return CredentialApplication(
            **msgspec.structs.asdict(known),
            client_id=made.record.client_id,
            client_secret=made.secret,
        )

    @door.get("/api/v1/apps/verify_credentials", who="app")
    async def own_app(call: Call) -> Application:
        app_id = call.app.app_id if call.app else call.token.app_id

        async def operation(tx: Tx) -> AppRecord | None:
            return await tx.oauth.app(app_id) if app_id is not None else None

        app = await call.store.query(operation)
        if app is None:
            raise missing()
        return await _known(call, app)


async def _known(call: Call, app: AppRecord) -> Application:
    uris = redirect_uris(app)
    return Application(
        id=str(app.id),
        name=app.name,
        website=app.website or None,
        scopes=app.scopes.split(),
        redirect_uri="\n".join(uris),
        redirect_uris=uris,
        vapid_key=await public_key(call.store),
    )


def _addresses(sent: str | list[str]) -> tuple[str, ...]:
    """The addresses of a text or a list, byte for byte."""
    texts = [sent] if isinstance(sent, str) else sent
    return tuple(address for text in texts for address in text.split())
