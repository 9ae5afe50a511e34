"""The first administrator of a new node, who proves with a code from the server's own output."""

from dataclasses import dataclass

from actors.administration import audit
from actors.identifiers import Identifiers
from actors.keys import KeyPairs
from actors.local import Account, ProfileChanges, create_person, update_profile
from actors.sign_in.codes import SETUP, look_at, new_code, spend
from storage.records import ActorRecord
from storage.store import Tx


class SetupDone(ValueError):
    """There is an administrator already, or the code is of an earlier start."""


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """What the set-up page asks for."""

    organisation: str
    username: str
    name: str
    mail: str
    password_hash: str
    language: str


async def new_setup_code(tx: Tx, now: int) -> str | None:
    """A code for the set-up page, in place of older ones; None once somebody can administrate."""
    await tx.sessions.drop_codes(SETUP.name)
    if await tx.credentials.administrators_who_can_sign_in():
        return None
    return await new_code(tx, SETUP, now)


async def setup_is_open(tx: Tx, code: str, now: int) -> bool:
    """Whether this code opens the set-up page."""
    found = await look_at(tx, code, SETUP, now)
    return found is not None and not await tx.credentials.administrators_who_can_sign_in()


async def set_up(
    tx: Tx,
    identifiers: Identifiers,
    code: str,
    first: FirstAdministrator,
    pairs: KeyPairs,
    now: int,
) -> ActorRecord:
    """Name the organisation and make its administrator. Raises `SetupDone` and `NameRefused`."""
    if not await setup_is_open(tx, code, now) or await spend(tx, code, SETUP, now) is None:
        raise SetupDone("This site is set up already, or it was started again since.")
    actors = await tx.actors.all_local()
    organisation = next((actor for actor in actors if actor.type == "Organization"), None)
    if organisation is not None:
        await update_profile(tx, organisation, ProfileChanges(name=first.organisation), now)
    account = Account(first.mail, first.password_hash, "admin", first.language)
    actor = await create_person(tx, identifiers, first.username, first.name, pairs, now, account)
    await audit(tx, "set-up page", "member add", actor.account, "admin", now)
    return actor
