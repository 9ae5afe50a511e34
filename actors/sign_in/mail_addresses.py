"""Mail addresses: read strictly, because they end up in the headers of mails."""

import re
from typing import Final

MAX_ADDRESS: Final = 254
MAIL: Final = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.IGNORECASE,
)


class BadMailAddress(ValueError):
    """A text that is no mail address, or more than one."""


def mail_address(text: str) -> str:
    """The address in `text`, blanks at its ends cut; the host in lower case and in ASCII.

    Raises `BadMailAddress`.
    """
    bare = text.strip()
    name, at, host = bare.rpartition("@")
    try:
        ascii_host = host.encode("idna").decode() if host and not host.isascii() else host
    except UnicodeError:
        ascii_host = ""
    found = f"{name}{at}{ascii_host.lower()}"
    if len(found) > MAX_ADDRESS or not MAIL.fullmatch(found):
        raise BadMailAddress("This is not a mail address.")
    return found
