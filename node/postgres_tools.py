"""PostgreSQL's own client programs, run without showing the password to the whole machine."""

import shutil
import subprocess
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from config.environment import environment


class ToolFailed(ValueError):
    """A client program is missing or did not do its work; the text says why."""


def run_tool(name: str, url: str, *options: str) -> None:
    """Run `pg_dump` or `psql` on the database at `url`. Raises `ToolFailed`.

    The list of processes is open to everybody on the machine, so the password goes through the
    environment of the program alone.
    """
    tool = shutil.which(name)
    if tool is None:
        raise ToolFailed(f"{name} is missing: install the PostgreSQL client programs")
    address, password = without_password(url)
    known = {**environment(), **({"PGPASSWORD": password} if password else {})}
    command = [tool, *options, "--dbname", address]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=known)
    if done.returncode:
        raise ToolFailed(f"{name} failed: {done.stderr.strip()[:500]}")


def without_password(url: str) -> tuple[str, str]:
    """A database URL without its password, and the password; empty when there is none."""
    parts = urlsplit(url)
    account, at, host = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = [value for name, value in query if name == "password"]
    kept = urlencode([(name, value) for name, value in query if name != "password"], safe="/:,")
    address = urlunsplit(parts._replace(netloc=f"{user}{at}{host}", query=kept))
    if not parts.netloc:
        # urlunsplit would drop the empty host of postgresql:///name
        address = f"{parts.scheme}://{parts.path}" + (f"?{kept}" if kept else "")
    return address, named[-1] if named else unquote(password)
