"""Mail domains whose addresses get no account here."""

from collections.abc import Iterable

from actors.administration import NotPossible, audit
from actors.policy import domain_name
from storage.administration import MailDomainRecord
from storage.ids import new_id
from storage.store import Tx


async def shut_mail_domain(tx: Tx, who: str, typed: str, now: int) -> MailDomainRecord:
    """Invite nobody with an address at a domain or below it any more.

    Raises `NotPossible`, and `Untrusted` for what is no domain.
    """
    record = MailDomainRecord(new_id(), domain_name(typed), who, now)
    if not await tx.administration.add_mail_domain(record):
        raise NotPossible("Domain has already been taken")
    await audit(tx, who, "mail domain shut", record.domain, "", now)
    return record


async def admit_mail_domain(tx: Tx, who: str, number: int, now: int) -> bool:
    """Invite people with such an address again; False when there is no such rule."""
    record = await tx.administration.mail_domain(number)
    if record is None:
        return False
    await tx.administration.remove_mail_domain(number)
    await audit(tx, who, "mail domain admit", record.domain, "", now)
    return True


async def shut_out(tx: Tx, addresses: Iterable[str]) -> set[str]:
    """Those of these addresses that are at a domain which is shut out; one query."""
    above = {address: _domains(address) for address in addresses}
    asked = sorted({domain for domains in above.values() for domain in domains})
    shut = await tx.administration.shut_mail_domains(asked)
    return {address for address, domains in above.items() if shut & set(domains)}


def _domains(address: str) -> list[str]:
    """The domain of an address, and every one above it."""
    parts = address.rpartition("@")[2].lower().split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]
