"""Mails: made, queued, sent to a real mail server or into files, tried again, never doubled."""

import asyncio
import email
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from actors.sign_in.mail_addresses import BadMailAddress
from node.mail import FOLDER, LEASE_MS, MAX_ATTEMPTS, MailFailed, MailWorker
from storage.store import Tx
from tests.node.nodes import called, made
from tests.support.fediverse import LocalNode
from tests.support.tls import Authority
from web.mails import html_of

USER, PASSWORD = "communotic", "s3cret phrase"


@dataclass
class Postman:
    """What the mail server does with mails: keeps them, or refuses some."""

    kept: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    signed_in: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        found = email.message_from_bytes(envelope.content, policy=policy.default)
        self.kept.append(found)
        return "250 OK"

    def check(self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
        """Let one account in."""
        right = isinstance(data, LoginPassword) and data == LoginPassword(
            USER.encode(), PASSWORD.encode()
        )
        self.signed_in.append("yes" if right else "no")
        return AuthResult(success=right, handled=right)


class _Server(Controller):
    """A mail server at any free port."""

    def __init__(self, handler: Postman, **options: Any) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def postman() -> Postman:
    """A server that keeps what it gets."""
    return Postman()


@pytest.fixture
def server(postman: Postman) -> Iterator[Controller]:
    """A mail server without encryption, as on the same machine."""
    controller = _Server(postman)
    controller.start()
    yield controller
    controller.stop()


def worker(node: LocalNode, server: Controller | None = None, **settings: Any) -> MailWorker:
    """The node's mail worker, with this mail server."""
    services = node.services
    if server is not None:
        settings = {
            "mail_server": "127.0.0.1",
            "mail_port": server.port,
            "mail_security": "none",
            **settings,
        }
    context = settings.pop("context", None)
    chosen = replace(services.settings, **settings)
    return MailWorker(services.store, chosen, services.web.mails, node.clock, context)


async def queue(node: LocalNode, recipient: str = "a@b.example", **more: Any) -> bool:
    """Queue the test mail."""
    mails = node.services.web.mails
    return await node.store.write(lambda tx: mails.queue(tx, recipient, "test", "fr", **more))


async def states(node: LocalNode) -> list[tuple[str, int]]:
    """State and attempts of every mail, oldest first."""
    found = await node.store.query(lambda tx: tx.mails.latest())
    return [(mail.state, mail.attempts) for mail in sorted(found, key=lambda mail: mail.id)]


async def test_a_mail_reaches_the_server_whole_and_once(
    node: LocalNode, server: Controller, postman: Postman
) -> None:
    await queue(node, unsubscribe="https://node.example/unsubscribe?code=x")
    sender = worker(node, server)
    assert await sender.run_once() == 1
    assert await sender.run_once() == 0
    (mail,) = postman.kept
    assert mail["Subject"] == "Un essai de Greta"
    assert mail["From"] == "Greta <noreply@node.example>"
    assert mail["To"] == "a@b.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://node.example/unsubscribe?code=x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<\d+@node\.example>", mail["Message-ID"])
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "https://node.example/" in plain.get_content()
    assert 'class="button" href="https://node.example/"' in html.get_content()
    assert await states(node) == [("sent", 1)]


async def test_without_a_server_mails_are_files_that_only_the_node_reads(node: LocalNode) -> None:
    await queue(node)
    await worker(node).run_once()
    assert _only_file(node.services.settings.data_dir / FOLDER)["To"] == "a@b.example"
    assert await states(node) == [("sent", 1)]


def _only_file(folder: Path) -> EmailMessage:
    (file,) = folder.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    return email.message_from_bytes(file.read_bytes(), policy=policy.default)


async def test_a_refused_address_is_given_up_and_the_others_go_out(
    node: LocalNode, server: Controller, postman: Postman
) -> None:
    postman.refuse = {"gone@b.example": "550 no such user", "later@b.example": "450 busy"}
    for recipient in ("gone@b.example", "later@b.example", "good@b.example"):
        await queue(node, recipient)
    sender = worker(node, server)
    await sender.run_once()
    assert await states(node) == [("failed", 1), ("waiting", 1), ("sent", 1)]
    postman.refuse.clear()
    assert await sender.run_once() == 0, "not at once"
    node.clock.pass_by(61)
    await sender.run_once()
    assert await states(node) == [("failed", 1), ("sent", 2), ("sent", 1)]


async def test_a_server_that_is_away_is_tried_ever_later_and_then_given_up(
    node: LocalNode, server: Controller, postman: Postman
) -> None:
    sender = worker(node, server, mail_port=1)
    await queue(node)
    waits = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert await sender.run_once() == 1
        due = await node.store.query(lambda tx: tx.mails.next_due())
        if due is None:
            assert attempt == MAX_ATTEMPTS
            break
        waits.append(due - node.clock.ms)
        node.clock.pass_by((due - node.clock.ms) / 1000)
    assert waits == sorted(waits)
    assert waits[:2] == [60_000, 240_000]
    assert await states(node) == [("failed", MAX_ATTEMPTS)]
    assert postman.kept == []


async def test_a_process_that_dies_while_sending_loses_no_mail(
    node: LocalNode, server: Controller, postman: Postman
) -> None:
    await queue(node)
    now = node.clock.ms
    await node.store.write(lambda tx: tx.mails.claim(now, LEASE_MS, 10))
    sender = worker(node, server)
    assert await sender.run_once() == 0, "somebody else is at it"
    node.clock.pass_by(LEASE_MS / 1000 + 1)
    assert await sender.run_once() == 1
    assert len(postman.kept) == 1


async def test_two_workers_send_each_mail_once(
    node: LocalNode, server: Controller, postman: Postman
) -> None:
    for number in range(45):
        await queue(node, f"a{number}@b.example")
    await asyncio.gather(worker(node, server).run_once(), worker(node, server).run_once())
    assert sorted(mail["To"] for mail in postman.kept) == sorted(
        f"a{number}@b.example" for number in range(45)
    )


async def test_the_password_is_given_only_over_an_encrypted_connection(
    node: LocalNode, postman: Postman, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "tls")
    ours, trusted = authority.server_context(), ssl.create_default_context(cafile=authority.bundle)
    controller = _Server(
        postman, tls_context=ours, require_starttls=True, authenticator=postman.check,
        auth_required=True, auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    try:
        chosen = {
            "mail_security": "starttls",
            "mail_username": USER,
            "mail_password": PASSWORD,
        }
        await queue(node)
        await worker(node, controller, **chosen, context=trusted).run_once()
        assert await states(node) == [("sent", 1)]
        assert postman.signed_in == ["yes"]
        await queue(node)
        await worker(node, controller, **chosen).run_once()
        assert (await states(node))[1] == ("waiting", 1), "an unknown certificate"
        wrong = {**chosen, "mail_password": "wrong"}
        message = await worker(node, controller, **wrong).test_message("a@b.example", "fr")
        with pytest.raises(MailFailed, match="535") as refused:
            await worker(node, controller, **wrong, context=trusted).send_now(message)
        assert "wrong" not in str(refused.value)
    finally:
        controller.stop()


async def test_nothing_in_a_mail_becomes_another_header(node: LocalNode) -> None:
    for recipient in (
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example,c@d.example",
        "Amina <a@b.example>",
        "a@b.example c@d.example",
        "",
        "a" * 250 + "@b.example",
    ):
        with pytest.raises(BadMailAddress):
            await queue(node, recipient)
    mails = node.services.web.mails

    async def named(tx: Tx) -> str:
        owner = await tx.actors.local("greta")
        assert owner is not None
        await tx.connection.execute(
            "update actors set name = $2 where id = $1", owner.id, "Greta\r\nBcc: c@d.example"
        )
        return (await mails.message(tx, "test", "fr")).subject

    subject = await node.store.write(named)
    assert "\r" not in subject
    assert "\n" not in subject


async def test_once_means_once(node: LocalNode) -> None:
    assert await queue(node, once="digest of week 47 for amina")
    assert not await queue(node, once="digest of week 47 for amina")
    assert len(await states(node)) == 1


def test_the_html_is_the_text_made_harmless() -> None:
    shown = html_of(
        "Hello <b>,\nsee https://a.example/?a=1&b=2.\n\n- one\n- two\n\nOpen → https://a.example/x"
    )
    assert "<b>" not in shown
    assert '<a href="https://a.example/?a=1&amp;b=2">' in shown
    assert "<ul><li>one</li><li>two</li></ul>" in shown
    assert '<a class="button" href="https://a.example/x">Open</a>' in shown


def test_the_command_says_what_the_mail_server_answers(
    tmp_path: Path, server: Controller, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = made(tmp_path / "data")
    without = called(data, "mail", "test", "a@b.example")
    assert without.exit_code == 1
    assert "no mail server is set" in without.output
    monkeypatch.setenv("COMMUNOTIC_MAIL_SERVER", "127.0.0.1")
    monkeypatch.setenv("COMMUNOTIC_MAIL_PORT", str(server.port))
    monkeypatch.setenv("COMMUNOTIC_MAIL_SECURITY", "none")
    good = called(data, "mail", "test", "a@b.example")
    assert good.exit_code == 0, good.output
    assert postman.kept[0]["To"] == "a@b.example"
    postman.refuse["a@b.example"] = "550 no such user"
    bad = called(data, "mail", "test", "a@b.example")
    assert bad.exit_code == 1
    assert "no such user" in bad.output
