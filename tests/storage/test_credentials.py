"""Statements about passkeys, time-based codes and outside identities, on both engines."""

from storage.credentials import IdentityRecord, PasskeyRecord
from storage.ids import new_id
from storage.records import MemberRecord
from storage.store import Store
from tests.storage.actors_made_up import actor, add


def passkey(actor_id: int, name: str) -> PasskeyRecord:
    """A passkey that was never used."""
    return PasskeyRecord(new_id(), name, actor_id, "KEY", 0, "telephone", 1, None)


async def test_a_passkey_belongs_to_one_account(store: Store) -> None:
    amina, benoit = actor("amina"), actor("benoit")
    await add(store, amina, benoit)
    one = passkey(amina.id, "one")
    async with store.transaction() as tx:
        assert await tx.credentials.add_passkey(one)
        assert not await tx.credentials.add_passkey(passkey(benoit.id, "one"))
        assert await tx.credentials.passkey("one") == one
        await tx.credentials.passkey_used(one.id, 7, 50)
        assert [(p.sign_count, p.used_at) for p in await tx.credentials.passkeys(amina.id)] == [
            (7, 50)
        ]
        assert not await tx.credentials.remove_passkey(benoit.id, one.id)
        assert await tx.credentials.remove_passkey(amina.id, one.id)
        assert await tx.credentials.passkey("one") is None


async def test_time_based_codes_are_confirmed_and_each_step_used_once(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    async with store.transaction() as tx:
        credentials = tx.credentials
        assert await credentials.propose_factor(amina.id, "FIRST")
        assert await credentials.propose_factor(amina.id, "SECOND")
        assert not await credentials.use_step(amina.id, 5)
        assert await credentials.confirm_factor(amina.id, 10, '["h"]', 50)
        assert not await credentials.confirm_factor(amina.id, 11, "[]", 51)
        assert not await credentials.propose_factor(amina.id, "THIRD")
        factor = await credentials.factor(amina.id)
        assert factor is not None
        assert (factor.secret, factor.confirmed_at) == ("SECOND", 50)
        assert "SECOND" not in repr(factor)
        assert not await credentials.use_step(amina.id, 10)
        assert await credentials.use_step(amina.id, 11)
        assert not await credentials.use_step(amina.id, 11)
        assert not await credentials.set_recovery(amina.id, "[]", '["x"]')
        assert await credentials.set_recovery(amina.id, '["h"]', "[]")
        assert await credentials.remove_factor(amina.id)
        assert not await credentials.remove_factor(amina.id)


async def test_an_identity_signs_in_to_one_account(store: Store) -> None:
    amina, benoit = actor("amina"), actor("benoit")
    await add(store, amina, benoit)
    async with store.transaction() as tx:
        one = IdentityRecord("https://id.example", "42", amina.id, 1)
        assert await tx.credentials.add_identity(one)
        other = IdentityRecord("https://id.example", "42", benoit.id, 2)
        assert not await tx.credentials.add_identity(other)
        assert await tx.credentials.identity("https://id.example", "42") == one
        assert await tx.credentials.identity("https://other.example", "42") is None
        assert not await tx.credentials.remove_identity(benoit.id, one.issuer, "42")
        assert await tx.credentials.remove_identity(amina.id, one.issuer, "42")
        assert await tx.credentials.identities(amina.id) == []


async def test_accounts_are_found_by_name_and_by_mail_in_any_case(store: Store) -> None:
    amina, closed = actor("amina"), actor("closed")
    await add(store, amina, closed)
    open_one = MemberRecord(amina.id, "Amina@Greta.example", "", "member", "fr", 1, None)
    async with store.transaction() as tx:
        await tx.members.add(open_one)
        await tx.members.add(MemberRecord(closed.id, "x@y.example", "HASH", "admin", "", 1, 5))
        found = [(amina, open_one)]
        assert await tx.credentials.accounts_by_mail("amina@GRETA.example") == found
        assert await tx.credentials.account_by_name("AMINA") == found
        assert await tx.credentials.account(amina.id) == found
        assert await tx.credentials.accounts_by_mail("") == []
        assert await tx.credentials.account_by_name("closed") == []
        assert await tx.credentials.known_mails(["amina@greta.example", "a@b.example"]) == {
            "amina@greta.example"
        }


async def test_an_administrator_counts_once_there_is_a_way_in(store: Store) -> None:
    chief = actor("chief")
    await add(store, chief)
    async with store.transaction() as tx:
        await tx.members.add(MemberRecord(chief.id, "", "", "admin", "", 1, None))
        assert await tx.credentials.administrators_who_can_sign_in() == 0
        assert await tx.credentials.ways_in(chief.id) == 0
        await tx.credentials.add_passkey(passkey(chief.id, "one"))
        assert await tx.credentials.administrators_who_can_sign_in() == 1
        await tx.members.set_password(chief.id, "HASH")
        await tx.credentials.set_mail(chief.id, "a@b.example")
        assert await tx.credentials.ways_in(chief.id) == 3
        assert await tx.credentials.administrators_who_can_sign_in() == 1
