"""What newer apps read first (RFC 8414), and who a member is (OpenID Connect's userinfo)."""

from actors.oauth.scopes import SCOPES
from clients.door import Call, Door
from clients.entities.oauth import ServerMetadata, UserInfo
from clients.rendering.accounts import account_list

MANUAL = "https://docs.joinmastodon.org/"


def add_discovery_routes(door: Door) -> None:
    """Register the endpoints."""
    origin = door.context.identifiers.origin
    metadata = ServerMetadata(
        issuer=f"{origin}/",
        service_documentation=MANUAL,
        authorization_endpoint=f"{origin}/oauth/authorize",
        token_endpoint=f"{origin}/oauth/token",
        app_registration_endpoint=f"{origin}/api/v1/apps",
        revocation_endpoint=f"{origin}/oauth/revoke",
        userinfo_endpoint=f"{origin}/oauth/userinfo",
        scopes_supported=list(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "client_credentials"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported=["S256"],
    )

    @door.get("/.well-known/oauth-authorization-server", who="client")
    async def server(_: Call) -> ServerMetadata:
        return metadata

    async def userinfo(call: Call) -> UserInfo:
        actors = [call.me]
        found = (
            await call.store.query(lambda tx: account_list(tx, door.context.identifiers, actors))
        )[0]
        return UserInfo(
            iss=f"{origin}/",
            sub=found.uri,
            name=found.display_name,
            preferred_username=found.username,
            profile=found.url,
            picture=found.avatar,
        )

    door.get("/oauth/userinfo", "profile")(userinfo)
    door.post("/oauth/userinfo", "profile")(userinfo)
