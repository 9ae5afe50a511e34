"""Sending the mails that wait: through the mail server of the settings, or into files.

A mail is marked when the server took it. If the process ends between the two, it is sent once
more with the same Message-ID, by which mailboxes recognise it.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Final

import orjson

from config.settings import Settings
from storage.mails import MailRecord
from storage.store import Store
from storage.wakeups import seconds_until, whenever
from web.mails import CHANNEL, Mails

if TYPE_CHECKING:  # imported with the first mail
    from aiosmtplib import SMTP

log = logging.getLogger(__name__)

BATCH: Final = 20
LEASE_MS: Final = 5 * 60_000
IDLE_SECONDS: Final = 300.0
SOON_SECONDS: Final = 1.0
SERVER_TIMEOUT_S: Final = 30
FIRST_RETRY_MS: Final = 60_000
LONGEST_RETRY_MS: Final = 6 * 3_600_000
MAX_ATTEMPTS: Final = 10
FOLDER: Final = "mails"


class MailFailed(Exception):
    """A mail that did not go out; `final` when it never will."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True, slots=True)
class MailWorker:
    """Sends what is due, a few mails over one connection."""

    store: Store
    settings: Settings
    mails: Mails
    clock: Callable[[], float]
    context: ssl.SSLContext | None = None

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; sleeps until a mail is queued or due."""
        wakeup = self.store.listen(CHANNEL)
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def run_once(self) -> int:
        """Try every mail that is due; gives how many there were."""
        total = 0
        while claimed := await self._claim():
            await self._send_all(claimed)
            total += len(claimed)
        return total

    async def send_now(self, message: EmailMessage) -> None:
        """Send one message that is not in the queue. Raises `MailFailed`."""
        async with self._connection() as server:
            await _send(server, message)

    async def test_message(self, recipient: str, language: str) -> EmailMessage:
        """A mail that only shows that mails arrive."""
        found = await self.store.query(lambda tx: self.mails.message(tx, "test", language))
        now = int(self.clock() * 1000)
        record = MailRecord(
            now,
            recipient,
            found.subject,
            found.text,
            found.html,
            "{}",
            None,
            "",
            0,
            now,
            "",
            now,
            None,
        )
        return await self._message(record)

    async def _send_all(self, claimed: list[MailRecord]) -> None:
        if not self.settings.mail_server:
            for mail in claimed:
                await self._write(mail)
            return
        left = list(claimed)
        try:
            async with self._connection() as server:
                while left:
                    await self._send_one(server, left[0])
                    left.pop(0)
        except MailFailed as error:
            for mail in left:
                await self._later(mail, error)

    async def _send_one(self, server: "SMTP", mail: MailRecord) -> None:
        """Send one mail; raises `MailFailed` only when the connection is of no more use."""
        try:
            await _send(server, await self._message(mail))
        except MailFailed as error:
            if not server.is_connected:
                raise
            await self._later(mail, error)
        else:
            await self._done(mail)

    async def _done(self, mail: MailRecord) -> None:
        now = int(self.clock() * 1000)
        await self.store.write(lambda tx: tx.mails.finish(mail.id, "sent", "", now))
        log.info("mail %d sent (attempt %d)", mail.id, mail.attempts)

    async def _later(self, mail: MailRecord, error: MailFailed) -> None:
        """Give a mail up, or try it again later and later."""
        now, reason = int(self.clock() * 1000), str(error)[:500]
        if error.final or mail.attempts >= MAX_ATTEMPTS:
            log.warning("mail %d cannot be sent: %s", mail.id, reason)
            await self.store.write(lambda tx: tx.mails.finish(mail.id, "failed", reason, now))
            return
        wait = min(FIRST_RETRY_MS * 4 ** (mail.attempts - 1), LONGEST_RETRY_MS)
        log.warning("mail %d is tried again in %d s: %s", mail.id, wait // 1000, reason)
        await self.store.write(lambda tx: tx.mails.retry(mail.id, now + wait, reason))

    async def _write(self, mail: MailRecord) -> None:
        """Write a mail into a file that only the node's user may read."""
        folder = self.settings.data_dir / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{mail.id}.eml"
        content = (await self._message(mail)).as_bytes()
        await asyncio.to_thread(path.write_bytes, content)
        log.info("no mail server is set: a mail is in %s", path)
        await self._done(mail)

    async def _message(self, mail: MailRecord) -> EmailMessage:
        site = await self.store.query(self.mails.site_name)
        host = self.settings.domain.partition(":")[0]
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = formataddr((site, self.settings.mail_from))
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(datetime.fromtimestamp(mail.created_at / 1000, UTC))
        message["Message-ID"] = f"<{mail.id}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        for name, value in orjson.loads(mail.headers).items():
            message[name] = value
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message

    @asynccontextmanager
    async def _connection(self) -> "AsyncIterator[SMTP]":
        """A connection to the mail server, signed in. Raises `MailFailed`."""
        from aiosmtplib import SMTP
        from aiosmtplib.errors import SMTPException

        chosen = self.settings
        server = SMTP(
            hostname=chosen.mail_server,
            port=chosen.mail_port,
            use_tls=chosen.mail_security == "tls",
            start_tls=chosen.mail_security == "starttls",
            username=chosen.mail_username or None,
            password=chosen.mail_password or None,
            timeout=SERVER_TIMEOUT_S,
            tls_context=self.context,
            local_hostname=chosen.domain.partition(":")[0],
        )
        try:
            await server.connect()
        except (SMTPException, OSError, ValueError) as error:
            raise MailFailed(_reason(error), final=False) from error
        try:
            yield server
        finally:
            await _hang_up(server)

    async def _claim(self) -> list[MailRecord]:
        now = int(self.clock() * 1000)
        return await self.store.write(lambda tx: tx.mails.claim(now, LEASE_MS, BATCH))

    async def _pause(self) -> float:
        due = await self.store.query(lambda tx: tx.mails.next_due())
        now = int(self.clock() * 1000)
        return seconds_until(due, now, at_most=IDLE_SECONDS, least=SOON_SECONDS)


async def _send(server: "SMTP", message: EmailMessage) -> None:
    from aiosmtplib.errors import SMTPException, SMTPRecipientsRefused, SMTPResponseException

    try:
        await server.send_message(message)
    except SMTPRecipientsRefused as error:
        codes = [refused.code for refused in error.recipients]
        raise MailFailed(_reason(error), final=all(500 <= code < 600 for code in codes)) from error
    except SMTPResponseException as error:
        # 530 and 535 are about our account at the server, which somebody can mend.
        final = 550 <= error.code < 600
        raise MailFailed(_reason(error), final=final) from error
    except (SMTPException, OSError, ValueError) as error:
        raise MailFailed(_reason(error), final=False) from error


async def _hang_up(server: "SMTP") -> None:
    from aiosmtplib.errors import SMTPException

    try:
        if server.is_connected:
            await server.quit()
    except (SMTPException, OSError):
        server.close()


def _reason(error: Exception) -> str:
    """One line for an administrator; what a server answers holds no secret of ours."""
    text = " ".join(str(error).split()) or type(error).__name__
    return f"{type(error).__name__}: {text}"[:500]
