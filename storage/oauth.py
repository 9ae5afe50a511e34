"""Apps that members sign in with: their registrations, authorization codes, tokens of their own."""

from dataclasses import dataclass

from storage.records import TokenRecord
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class AppRecord:
    """An app as it registered; its secret is known by the hash, `redirect_uris` is a JSON list."""

    id: int
    client_id: str
    secret_hash: str
    name: str
    website: str
    redirect_uris: str
    scopes: str
    created_at: int

    def __repr__(self) -> str:
        return f"AppRecord({self.id}, {self.name!r})"


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """An authorization code, known by its hash; `token_id` is the token that it gave."""

    code_hash: str
    app_id: int
    actor_id: int
    redirect_uri: str
    scopes: str
    challenge: str
    created_at: int
    expires_at: int
    used_at: int | None = None
    token_id: int | None = None

    def __repr__(self) -> str:
        return f"GrantRecord(app {self.app_id}, actor {self.actor_id})"


@dataclass(frozen=True, slots=True)
class AppTokenRecord:
    """A token with which an app acts for nobody, known by its hash."""

    token_hash: str
    app_id: int
    scopes: str
    created_at: int
    revoked_at: int | None = None

    def __repr__(self) -> str:
        return f"AppTokenRecord(app {self.app_id})"


class OAuthStatements(Statements):
    """Everything that is asked of `oauth_apps`, `oauth_grants` and `app_tokens`."""

    async def add_app(self, app: AppRecord) -> None:
        """A new app."""
        await self.insert("oauth_apps", app)

    async def app(self, app_id: int) -> AppRecord | None:
        """The app with this number."""
        return await self.one_of(AppRecord, "from oauth_apps where id = $1", app_id)

    async def app_by_client(self, client_id: str) -> AppRecord | None:
        """The app that calls itself so."""
        return await self.one_of(AppRecord, "from oauth_apps where client_id = $1", client_id)

    async def apps(self, app_ids: list[int]) -> dict[int, AppRecord]:
        """Those of these apps that there are."""
        if not app_ids:
            return {}
        found = await self.all_of(AppRecord, "from oauth_apps where id = any($1)", app_ids)
        return {app.id: app for app in found}

    async def add_grant(self, grant: GrantRecord) -> None:
        """A new authorization code."""
        await self.insert("oauth_grants", grant)

    async def grant(self, code_hash: str) -> GrantRecord | None:
        """The code with this hash, spent or expired ones too."""
        return await self.one_of(GrantRecord, "from oauth_grants where code_hash = $1", code_hash)

    async def spend_grant(self, code_hash: str, token_id: int, now: int) -> bool:
        """Spend a code for the token with this number; False when it was spent before."""
        return (
            await self.connection.execute(
                "update oauth_grants set used_at = $3, token_id = $2 "
                "where code_hash = $1 and used_at is null",
                code_hash,
                token_id,
                now,
            )
            > 0
        )

    async def drop_grants(self, actor_id: int, app_id: int | None = None) -> None:
        """Forget the codes of an actor that were not spent yet; only those of one app, if any."""
        await self.connection.execute(
            "delete from oauth_grants where actor_id = $1 and used_at is null "
            "and (app_id = $2 or cast($3 as bigint) = 1)",
            actor_id,
            app_id or 0,
            int(app_id is None),
        )

    async def add_app_token(self, token: AppTokenRecord, keep: int) -> None:
        """A new token of an app; of its older ones only the newest `keep` live on."""
        await self.insert("app_tokens", token)
        await self.connection.execute(
            "delete from app_tokens where app_id = $1 and token_hash not in "
            "(select token_hash from app_tokens where app_id = $1 "
            "order by created_at desc, token_hash limit $2)",
            token.app_id,
            keep,
        )

    async def app_token(self, token_hash: str) -> AppTokenRecord | None:
        """The living token of an app with this hash."""
        return await self.one_of(
            AppTokenRecord,
            "from app_tokens where token_hash = $1 and revoked_at is null",
            token_hash,
        )

    async def revoke_app_token(self, token_hash: str, now: int) -> None:
        """End a token of an app."""
        await self.connection.execute(
            "update app_tokens set revoked_at = $2 where token_hash = $1", token_hash, now
        )

    async def tokens_of(self, actor_id: int) -> list[TokenRecord]:
        """The living tokens of an actor, newest first."""
        return await self.all_of(
            TokenRecord,
            "from tokens where actor_id = $1 and revoked_at is null order by id desc",
            actor_id,
        )

    async def prune(self, ended_before: int, revoked_before: int, registered_before: int) -> int:
        """Forget codes that ended, tokens revoked long ago, and apps that nothing is left of."""
        grants = await self.connection.execute(
            "delete from oauth_grants where expires_at <= $1", ended_before
        )
        tokens = 0
        for table in ("tokens", "app_tokens"):
            tokens += await self.connection.execute(
                f"delete from {table} where revoked_at is not null and revoked_at <= $1",
                revoked_before,
            )
        return grants + tokens + await self._prune_apps(registered_before)

    async def _prune_apps(self, registered_before: int) -> int:
        left = " and ".join(
            f"not exists (select 1 from {table} x where x.app_id = oauth_apps.id)"
            for table in ("tokens", "app_tokens", "oauth_grants", "object_apps", "scheduled")
        )
        return await self.connection.execute(
            f"delete from oauth_apps where created_at <= $1 and {left}", registered_before
        )
