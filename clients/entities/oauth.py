"""Apps and tokens, as OAuth and Mastodon write them."""

from clients.entities.base import Entity


class Application(Entity):
    """An app, as it registered."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    redirect_uris: list[str]
    vapid_key: str


class CredentialApplication(Application, kw_only=True):
    """An app that registers just now, with what it proves later that it is itself."""

    client_id: str
    client_secret: str
    # Never, as RFC 7591 says it.
    client_secret_expires_at: int = 0


class Token(Entity):
    """A bearer token; `created_at` in seconds."""

    access_token: str
    scope: str
    created_at: int
    token_type: str


class UserInfo(Entity):
    """Who signed in, as OpenID Connect writes it."""

    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


class ServerMetadata(Entity):
    """What this node can do of OAuth (RFC 8414)."""

    issuer: str
    service_documentation: str
    authorization_endpoint: str
    token_endpoint: str
    app_registration_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
