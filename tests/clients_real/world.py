"""Two running nodes with members, and people who agree on the pages of a node."""

import json
import struct
import subprocess
import threading
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urljoin, urlsplit

import html5lib
import httpx

from tests.support import nodejs
from tests.support.processes import LOOPBACK, ROOT, NodeProcess

PASSWORD: Final = "quatre chevaux agrafe correcte"
OOB: Final = "urn:ietf:wg:oauth:2.0:oob"
WALK_WITHIN_S: Final = 240.0
FOLDER: Final = Path(__file__).parent
PYTHON: Final = ROOT / ".venv-clients" / "bin" / "python"
TOOT: Final = ROOT / ".venv-clients" / "bin" / "toot"
_XHTML: Final = "{http://www.w3.org/1999/xhtml}"

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """A member of a node who uses an app."""

    node: NodeProcess
    username: str

    @property
    def acct(self) -> str:
        """How others call them."""
        return f"{self.username}@{self.node.domain}"

    def as_config(self) -> Json:
        """What a walk is told of them."""
        return {"base": self.node.base_url, "username": self.username, "acct": self.acct}

    def agree(self, url: str) -> str:
        """Open the page that an app shows, sign in, agree; the code that the app waits for."""
        with httpx.Client(trust_env=False, follow_redirects=True, timeout=30) as browser:
            answer = browser.get(url)
            for _ in range(5):
                code = _code(answer)
                if code:
                    return code
                answer = self._submit(browser, answer)
        raise AssertionError(f"no code for {url}: {answer.status_code} {answer.text[:2000]}")

    def sent_to(self, url: str, redirect_uri: str) -> str:
        """Open the page that an app shows and agree; the address that the browser hands to it."""
        with httpx.Client(trust_env=False, timeout=30) as browser:
            answer = browser.get(url)
            for _ in range(12):
                if not answer.is_redirect:
                    answer = self._submit(browser, answer)
                    continue
                address = answer.headers["Location"]
                if address.startswith(redirect_uri):
                    return str(address)
                answer = browser.get(urljoin(str(answer.url), address))
        raise AssertionError(f"{url} does not lead to {redirect_uri}: {answer.text[:2000]}")

    def _submit(self, browser: httpx.Client, answer: httpx.Response) -> httpx.Response:
        """Fill in the form of the page as a person would."""
        assert answer.status_code < 400, f"{answer.url}: {answer.status_code} {answer.text[:1500]}"
        form = _form(answer.text)
        values = {**form.values}
        for name in values:
            if "password" in name:
                values[name] = PASSWORD
        if "name" in values:
            values["name"] = self.username
        return browser.request(form.method, urljoin(str(answer.url), form.action), data=values)


@dataclass
class Form:
    """A form of a page: where it goes, and what it holds."""

    method: str = "POST"
    action: str = ""
    values: dict[str, str] = field(default_factory=dict)


def _form(text: str) -> Form:
    """The form in the main part of a page that signs in or agrees."""
    page = html5lib.parse(text)
    main = page.find(f".//{_XHTML}main")
    forms = (main if main is not None else page).iter(f"{_XHTML}form")
    read = [_read_form(form) for form in forms]
    posts = [form for form in read if form.method == "POST"]
    assert posts, f"a page without a form: {text[:1500]}"
    signing_in = [form for form in posts if any("password" in name for name in form.values)]
    return (signing_in or posts)[0]


def _read_form(form: Any) -> Form:
    found = Form(form.get("method", "get").upper(), form.get("action", ""))
    for one in form.iter():
        kind = one.tag.removeprefix(_XHTML) if isinstance(one.tag, str) else ""
        name = one.get("name")
        if name is None:
            continue
        button = kind == "button" or one.get("type") == "submit"
        chosen = one.get("type") not in ("checkbox", "radio") or one.get("checked") is not None
        # of several buttons a person who agrees takes the first
        if kind in ("input", "button") and chosen and not (button and name in found.values):
            found.values[name] = one.get("value", "")
    return found


def _code(answer: httpx.Response) -> str:
    """The code on a page that shows it, or in the address to which it was sent."""
    sent = parse_qs(urlsplit(str(answer.url)).query).get("code")
    if sent and not urlsplit(str(answer.url)).path.startswith("/sign-in"):
        return sent[0]
    if answer.status_code >= 400:
        return ""
    page = html5lib.parse(answer.text)
    fields = page.iter(f"{_XHTML}input")
    return next((one.get("value", "") for one in fields if one.get("id") == "code"), "")


@dataclass
class World:
    """Two nodes that know each other."""

    home: NodeProcess
    away: NodeProcess

    def people(self, name: str) -> tuple[Person, Person]:
        """Two new members, one on each node."""
        made = []
        for node, username in ((self.home, f"a_{name}"), (self.away, f"b_{name}")):
            node.run("member", "add", username, "--password-stdin", given=PASSWORD)
            made.append(Person(node, username))
        return made[0], made[1]


def open_world(folder: Path) -> World:
    """Two nodes, initialised and running."""
    nodes = [NodeProcess(folder / name, username=name).init().start() for name in ("asso", "lycee")]
    return World(*nodes)


def picture() -> str:
    """A small PNG, in hexadecimal digits."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        summed = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + summed

    side = 32
    rows = b"".join(
        b"\0" + bytes(v for x in range(side) for v in (x * 8, y * 8, 128)) for y in range(side)
    )
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    whole = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return whole.hex()


def python_walk(name: str) -> list[str]:
    """The command line of a walk in Python."""
    return [str(PYTHON), "-m", f"tests.clients_real.python.{name}"]


def node_walk(name: str) -> list[str]:
    """The command line of a walk in JavaScript."""
    nodejs.install(FOLDER / "node")
    return [str(nodejs.node()), str(FOLDER / "node" / f"{name}.mjs")]


def take(command: list[str], home: Person, away: Person) -> dict[str, str]:
    """Let a library walk; for each step nothing, or what went wrong."""
    people = {"home": home, "away": away}
    config = {who: person.as_config() for who, person in people.items()}
    walk = subprocess.Popen(
        [*command, json.dumps({**config, "picture": picture()})],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "NO_PROXY": LOOPBACK, "PYTHONUNBUFFERED": "1"},
    )
    assert walk.stdin is not None
    assert walk.stdout is not None
    report: dict[str, str] = {}
    noise: list[str] = []
    # a library that waits for ever is ended, and what it did until then is told
    end = threading.Timer(WALK_WITHIN_S, walk.kill)
    end.start()
    for line in walk.stdout:
        try:
            words = json.loads(line)
        except ValueError:
            noise.append(line)
            continue
        if "authorize" in words:
            walk.stdin.write(people[words["who"]].agree(words["authorize"]) + "\n")
            walk.stdin.flush()
        else:
            report[words["step"]] = "" if words["ok"] else words["error"]
    walk.wait(30)
    end.cancel()
    report["(the program)"] = "" if walk.returncode == 0 else "".join(noise)[-4_000:]
    return report
