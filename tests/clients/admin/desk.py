"""An administrator's app, and what happened."""

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode

ADMIN = "admin:read admin:write read write"


async def administrator(node: LocalNode, name: str = "lea", scopes: str = ADMIN) -> App:
    """The app of an administrator (made on first mention)."""
    actor = await node.person(name)
    await node.store.write(lambda tx: tx.members.set_role(actor.id, "admin"))
    return await app_of(node, name, scopes)


async def acts(node: LocalNode) -> list[str]:
    """What was done, latest first: who, what, about whom."""
    found = await node.store.query(lambda tx: tx.ledger.audited(50))
    return [f"{act.who.partition('@')[0]}: {act.action} {act.target}" for act in found]
