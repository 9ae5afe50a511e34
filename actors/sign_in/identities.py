"""Accounts of members at an OpenID Connect provider."""

from dataclasses import dataclass

from actors.administration import audit
from actors.mail_domains import shut_out
from actors.sign_in.accounts import Account
from actors.sign_in.invitations import PROVIDER, Invitation, invite_identity, open_invitations
from actors.sign_in.mail_addresses import BadMailAddress, mail_address
from config.settings import Settings
from federation.openid_claims import Person
from storage.credentials import IdentityRecord
from storage.records import ActorRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of somebody whom the provider named.

    An account that they sign in to, or the code of the invitation that they may accept, or
    neither: they are a stranger.
    """

    account: Account | None = None
    invitation: str = ""


async def recognise(tx: Tx, settings: Settings, person: Person, now: int) -> Outcome:
    """Find somebody by issuer and subject, else by their verified mail address.

    An account that is found by mail is connected for good. A person of an allow-listed
    establishment gets an invitation of their own.
    """
    known = await tx.credentials.identity(person.issuer, person.subject)
    if known is not None:
        accounts = await tx.credentials.account(known.actor_id)
        return Outcome(account=accounts[0]) if accounts else Outcome()
    mail = verified_mail(settings, person)
    if mail:
        accounts = await tx.credentials.accounts_by_mail(mail)
        if len(accounts) == 1:
            await connect(tx, accounts[0][0], person, now)
            return Outcome(account=accounts[0])
        if accounts:
            return Outcome()
    return await _invited(tx, settings, person, mail, now)


async def connect(tx: Tx, actor: ActorRecord, person: Person, now: int) -> bool:
    """Connect an outside identity to an account; False when it belongs to an account already."""
    added = await tx.credentials.add_identity(
        IdentityRecord(person.issuer, person.subject, actor.id, now)
    )
    if added:
        await audit(tx, actor.account, "identity connect", actor.account, person.issuer, now)
    return added


async def disconnect(tx: Tx, actor: ActorRecord, issuer: str, subject: str, now: int) -> bool:
    """Disconnect an identity; False when it is not this account's."""
    removed = await tx.credentials.remove_identity(actor.id, issuer, subject)
    if removed:
        await audit(tx, actor.account, "identity disconnect", actor.account, issuer, now)
    return removed


def verified_mail(settings: Settings, person: Person) -> str:
    """The mail address that proves something, in lower case; empty when none does."""
    if not (person.mail_verified or settings.oidc_trust_mail):
        return ""
    try:
        return mail_address(person.mail).lower()
    except BadMailAddress:
        return ""


async def _invited(tx: Tx, settings: Settings, person: Person, mail: str, now: int) -> Outcome:
    opened = await open_invitations(tx, now) if mail else []
    invitation = next((one for one in opened if one.mail.lower() == mail), None)
    welcome = person.siret in settings.auto_join_siret and not await shut_out(tx, [mail])
    if invitation is None and person.siret and welcome:
        invitation = Invitation("", mail, person.full_name, "member", PROVIDER, now, 0)
    if invitation is None:
        return Outcome()
    code = await invite_identity(tx, invitation, person.issuer, person.subject, now)
    return Outcome(invitation=code)
