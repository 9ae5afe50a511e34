"""`/admin/mails`: which mails went out, and why others did not."""

from typing import Final

from quart import Blueprint, Response

from web.administration.desk import Desk
from web.texts import mark

LISTED: Final = 100
STATES: Final = {
    "waiting": mark("on its way"),
    "sent": mark("sent"),
    "failed": mark("could not be sent"),
}


def add_mail_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The log of mails; what they said is not kept."""

    @blueprint.get("/admin/mails")
    async def mails() -> Response:
        await desk.admin()
        found = await desk.query(lambda tx: tx.mails.latest(LISTED))
        server = desk.context.settings.mail_server
        return await desk.page("mails", mails=found, states=STATES, server=server)
