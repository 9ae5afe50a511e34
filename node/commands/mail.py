"""`mail …`: whether mails go out."""

from typing import Annotated

import typer

from actors.sign_in.mail_addresses import mail_address
from node.commands.shared import AsJson, fail, show_json, with_node
from node.mail import FOLDER, MailFailed, MailWorker
from node.services import Services

mail = typer.Typer(help="Mails that the node sends.", no_args_is_help=True)


def _worker(services: Services) -> MailWorker:
    return MailWorker(services.store, services.settings, services.web.mails, services.clock)


@mail.command("test")
def test(
    address: Annotated[str, typer.Argument(help="Mail address that gets the test.")],
) -> None:
    """Send a mail at once, and say what the mail server answers."""

    async def work(services: Services) -> str:
        chosen = services.settings
        if not chosen.mail_server:
            fail(
                "no mail server is set, so mails are written to "
                f"{chosen.data_dir / FOLDER}; set [mail] mail_server to send them"
            )
        worker = _worker(services)
        message = await worker.test_message(mail_address(address), chosen.language)
        try:
            await worker.send_now(message)
        except MailFailed as error:
            fail(f"{chosen.mail_server}:{chosen.mail_port}: {error}")
        return f"{chosen.mail_server} took a mail from {chosen.mail_from} for {address}."

    typer.echo(with_node(work))


@mail.command("list")
def list_mails(as_json: AsJson = False) -> None:
    """Show the latest mails: for whom, and what became of them; never what they say."""

    async def work(services: Services) -> list[dict[str, object]]:
        found = await services.store.query(lambda tx: tx.mails.latest())
        return [
            {
                "recipient": record.recipient,
                "subject": record.subject,
                "state": record.state,
                "attempts": record.attempts,
                "error": record.error,
            }
            for record in found
        ]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['state']:<8} {row['recipient']:<35} {row['subject']} {row['error']}")
