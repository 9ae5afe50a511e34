"""Mails: made from `templates/mails/NAME.txt` and put in a queue; `node/mail.py` sends them.

The first line of a template is the subject, the rest the text. The HTML is made of the text: a
line that is only an address, or `words → address`, becomes a button, lines that begin with `- ` a
list.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
from markupsafe import Markup, escape

from actors.sign_in.mail_addresses import mail_address
from config.settings import Settings
from storage.ids import new_id
from storage.mails import MailRecord
from storage.store import Tx
from web import texts

if TYPE_CHECKING:  # imported with the first mail
    from jinja2 import Environment

FOLDER: Final = Path(__file__).parent / "templates" / "mails"
CHANNEL: Final = "mail"
TRUSTED_FOR_S: Final = 60.0
MAX_SUBJECT: Final = 200
ARROW: Final = " → "
ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


@dataclass(frozen=True, slots=True)
class Message:
    """What a mail says: one line, the text, and the same as HTML."""

    subject: str
    text: str
    html: str


@dataclass
class Mails:
    """Makes and queues the mails of one node."""

    settings: Settings
    clock: Callable[[], float]
    _name: str = ""
    _expires: float = field(default=float("-inf"))

    async def queue(
        self,
        tx: Tx,
        recipient: str,
        template: str,
        language: str,
        *,
        once: str | None = None,
        unsubscribe: str | None = None,
        **values: Any,
    ) -> bool:
        """Queue a mail in this transaction; False when one with the same `once` was queued.

        `unsubscribe` is an address that ends mails of this kind with one POST (RFC 8058).
        Raises `BadMailAddress` for a recipient that is none.
        """
        now = int(self.clock() * 1000)
        address = mail_address(recipient)
        message = await self.message(tx, template, language, **values)
        headers = {"Content-Language": language or self.settings.language}
        if unsubscribe:
            headers["List-Unsubscribe"] = f"<{unsubscribe}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        record = MailRecord(
            id=new_id(),
            recipient=address,
            subject=message.subject,
            text=message.text,
            html=message.html,
            headers=orjson.dumps(headers).decode(),
            once=once,
            state="waiting",
            attempts=0,
            due_at=now,
            error="",
            created_at=now,
            done_at=None,
        )
        queued = await tx.mails.add(record)
        if queued:
            tx.notify_on_commit(CHANNEL)
        return queued

    async def message(self, tx: Tx, template: str, language: str, **values: Any) -> Message:
        """What a mail would say; nothing is queued."""
        chosen = language or self.settings.language
        written = self._templates.get_template(f"{template}.txt").render(
            _=texts.texts_of(chosen),
            ngettext=texts.counted(chosen),
            day=lambda ms: texts.day(ms, chosen),
            moment=lambda ms: texts.moment(ms, chosen),
            site=await self.site_name(tx),
            origin=self.settings.origin,
            language=chosen,
            **values,
        )
        first, _, rest = written.strip().partition("\n")
        # A title or a name in the subject must not begin another header.
        subject = " ".join(first.split())[:MAX_SUBJECT]
        text = re.sub(r"\n{3,}", "\n\n", rest.strip()) + "\n"
        return Message(subject, text, self._page(subject, text, chosen))

    async def site_name(self, tx: Tx) -> str:
        """The organisation's name, remembered for a minute."""
        if self.clock() >= self._expires:
            actors = await tx.actors.all_local()
            living = (a for a in actors if a.state == "active" and a.type == "Organization")
            self._name = next((actor.name for actor in living), self.settings.domain)
            self._expires = self.clock() + TRUSTED_FOR_S
        return self._name

    @cached_property
    def _templates(self) -> "Environment":
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        # Plain text: the HTML is made of it, and escapes it, in one place.
        return Environment(
            loader=FileSystemLoader(FOLDER),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701
        )

    @cached_property
    def _layouts(self) -> "Environment":
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        return Environment(
            loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True
        )

    def _page(self, subject: str, text: str, language: str) -> str:
        return self._layouts.get_template("layout.html").render(
            subject=subject, language=language, body=html_of(text), site=self._name
        )


def html_of(text: str) -> Markup:
    """A mail's text as HTML: paragraphs, lists, links, a button for an address on its own line."""
    return Markup("\n").join(_block(block) for block in re.split(r"\n{2,}", text.strip()))


def _block(block: str) -> Markup:
    lines = block.split("\n")
    words, _, link = block.rpartition(ARROW)
    if len(lines) == 1 and ADDRESS.fullmatch(link):
        button = Markup('<p><a class="button" href="{}">{}</a></p>')
        return button.format(link, words or link)
    if all(line.startswith("- ") for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(_linked(line[2:])) for line in lines)
        return Markup("<ul>{}</ul>").format(items)
    return Markup("<p>{}</p>").format(Markup("<br>\n").join(_linked(line) for line in lines))


def _linked(line: str) -> Markup:
    """A line with its addresses as links."""
    parts, end = Markup(), 0
    for found in ADDRESS.finditer(line):
        parts += escape(line[end : found.start()])
        parts += Markup('<a href="{0}">{0}</a>').format(found[0])
        end = found.end()
    return parts + escape(line[end:])
