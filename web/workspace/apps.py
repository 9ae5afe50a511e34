"""The applications that may use an account, each with all the access that it was given."""

from dataclasses import dataclass

from actors.oauth.grants import revoke_access
from storage.oauth import AppRecord
from storage.records import TokenRecord
from storage.store import Tx
from web.scopes import in_words


@dataclass(frozen=True, slots=True)
class Access:
    """One application: a registered one on all its devices, or a key that was given by hand."""

    app: AppRecord | None
    tokens: list[TokenRecord]

    @property
    def id(self) -> int:
        """What names it in addresses: its newest token."""
        return self.tokens[0].id

    @property
    def name(self) -> str:
        """What it calls itself, or what it was called; empty for nothing."""
        return self.app.name if self.app else self.tokens[0].label

    @property
    def website(self) -> str:
        """Its website; empty without one."""
        return self.app.website if self.app else ""

    @property
    def wishes(self) -> list[str]:
        """What it may do, as marked English texts."""
        return in_words(scope for token in self.tokens for scope in token.scopes.split())

    @property
    def created_at(self) -> int:
        """When it was first let in."""
        return min(token.created_at for token in self.tokens)

    @property
    def last_used_at(self) -> int | None:
        """When it was last seen; None for never."""
        used = [token.last_used_at for token in self.tokens if token.last_used_at is not None]
        return max(used, default=None)


async def access_of(tx: Tx, actor_id: int) -> list[Access]:
    """Everything that may act in the name of an account, the newest first."""
    tokens = await tx.oauth.tokens_of(actor_id)
    apps = await tx.oauth.apps(sorted({t.app_id for t in tokens if t.app_id is not None}))
    grouped: dict[int, Access] = {}
    for token in tokens:
        key = token.id if token.app_id is None else token.app_id
        app = apps.get(token.app_id) if token.app_id is not None else None
        grouped.setdefault(key, Access(app, [])).tokens.append(token)
    return list(grouped.values())


async def end_access(tx: Tx, actor_id: int, token_id: int, now: int) -> None:
    """End the access of the application that holds this token, if it is the account's own."""
    for token in await tx.oauth.tokens_of(actor_id):
        if token.id == token_id:
            await revoke_access(tx, actor_id, token, now)
