"""Oneself: reading and changing one's own account, profile and preferences."""

from clients.accounts.changing import change_profile_of, remove_picture
from clients.accounts.own import credential_account, own_preferences, own_profile
from clients.door import Call, Door
from clients.entities.accounts import CredentialAccount, Preferences, Profile


def add_credential_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/accounts/verify_credentials", "profile", "read:accounts")
    async def verify(call: Call) -> CredentialAccount:
        return await credential_account(call)

    @door.patch("/api/v1/accounts/update_credentials", "write:accounts")
    async def update(call: Call) -> CredentialAccount:
        await change_profile_of(call)
        return await credential_account(call)

    @door.get("/api/v1/profile", "profile", "read:accounts")
    async def profile(call: Call) -> Profile:
        return await own_profile(call)

    @door.patch("/api/v1/profile", "write:accounts")
    async def change(call: Call) -> Profile:
        await change_profile_of(call)
        return await own_profile(call)

    @door.delete("/api/v1/profile/avatar", "write:accounts")
    async def no_avatar(call: Call) -> CredentialAccount:
        await remove_picture(call, "avatar")
        return await credential_account(call)

    @door.delete("/api/v1/profile/header", "write:accounts")
    async def no_header(call: Call) -> CredentialAccount:
        await remove_picture(call, "header")
        return await credential_account(call)

    @door.get("/api/v1/preferences", "read:accounts")
    async def preferences(call: Call) -> Preferences:
        return await call.store.query(lambda tx: own_preferences(tx, call.me))
