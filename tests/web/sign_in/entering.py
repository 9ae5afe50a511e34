"""What the tests of this room do again and again: accounts with secrets, forms, mails."""

import asyncio
import re
from typing import Any

from quart.wrappers import Response

from actors.auth import hash_password
from storage.mails import MailRecord
from storage.records import ActorRecord
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token

PASSWORD = "cheval agrafe batterie"
LINK = re.compile(r"https?://\S+")


async def member(
    node: LocalNode, username: str = "amina", *, mail: str = "", role: str = "member"
) -> ActorRecord:
    """A member with `PASSWORD`."""
    actor = await node.person(username)
    hashed = await asyncio.to_thread(hash_password, PASSWORD)

    async def operation(tx: Any) -> None:
        await tx.members.set_password(actor.id, hashed)
        await tx.members.set_role(actor.id, role)
        await tx.credentials.set_mail(actor.id, mail)

    await node.store.write(operation)
    return actor


async def enter(client: Any, name: str, password: str = PASSWORD, **more: str) -> Response:
    """Send the sign-in form."""
    return await post(client, "/sign-in/password", name=name, password=password, **more)


async def text(answer: Response) -> str:
    """The page."""
    return str(await answer.get_data(as_text=True))


async def mails(node: LocalNode) -> list[MailRecord]:
    """The mails that wait, oldest first."""
    found = await node.store.query(lambda tx: tx.mails.latest())
    return sorted(found, key=lambda mail: mail.id)


async def link_in_last_mail(node: LocalNode) -> str:
    """The path and query of the address in the last mail."""
    found = LINK.search((await mails(node))[-1].text)
    assert found is not None
    return found[0].removeprefix(node.services.settings.origin)


def is_in(client: Any, answer: Response) -> bool:
    """Whether this answer signed somebody in."""
    return "-session=" in answer.headers.get("Set-Cookie", "") and bool(session_token(client))
