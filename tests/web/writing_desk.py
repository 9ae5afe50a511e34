"""A member at the form of writing, for the tests of this room."""

import re
from typing import Any, Final
from urllib.parse import urlencode

from actors.sign_in.sessions import form_token
from objects.experiences.drafts import Draft, Writer, load_draft
from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.names import MATURITY, MODALITY, PUBLIC, concept_uri
from tests.support.fediverse import LocalNode
from tests.support.signed_in import session_token, signed_in

FIELDS: Final[dict[str, Any]] = {
    "title": "Un bus qui forme dans les villages",
    "summary": "Chaque semaine, un bus équipé va dans six communes.",
    "context": "Les stagiaires ne se déplacent plus.",
    "publics": concept_uri(PUBLIC, "demandeurs-emploi"),
    "objectives": "Remplir un dossier en ligne\nÉcrire un courriel",
    "modalities": concept_uri(MODALITY, "itinerant"),
    "approach": "1. Un tour de table\n2. Un atelier",
    "results": "Quarante personnes sont venues.",
    "caveats": "Le froid en janvier.",
    "maturity": concept_uri(MATURITY, "eprouvee"),
    "reach": "public",
    "licence": "CC-BY-SA-4.0",
    "language": "fr",
    "author": "me",
}
_INPUT = re.compile(
    r'name="(revision|window|step)"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="(revision|window|step)"'
)


class Desk:
    """One browser of one member."""

    def __init__(self, node: LocalNode, username: str, client: Any) -> None:
        self.node = node
        self.username = username
        self.client = client

    async def read(self, path: str, status: int = 200, language: str = "fr") -> str:
        """A page."""
        headers = {"Accept": "text/html", "Accept-Language": language}
        answer = await self.client.get(path, headers=headers)
        text: str = await answer.get_data(as_text=True)
        assert answer.status_code == status, (path, answer.status_code, text[:500])
        return text

    async def send(self, path: str, do: str = "save", **changes: Any) -> Any:
        """Send the quick form (or another `kind`) with `FIELDS` but for the changes."""
        form = {"kind": "quick", "do": do, **hidden(""), **FIELDS, **changes}
        kept = {name: value for name, value in form.items() if value is not None}
        token = form_token(session_token(self.client))
        body = urlencode({"_csrf": token, **kept}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "fr"}
        return await self.client.post(path, data=body, headers=headers)

    async def begin(self, window: str = "first", **changes: Any) -> int:
        """A new saved draft; its number."""
        answer = await self.send("/write", window=window, **changes)
        assert answer.status_code == 303, await answer.get_data(as_text=True)
        return number_in(answer.headers["Location"])

    async def publish(self, **changes: Any) -> int:
        """A published experience; its number."""
        answer = await self.send("/write", "publish", **changes)
        assert answer.status_code == 303, await answer.get_data(as_text=True)
        assert answer.headers["Location"].startswith("/objects/"), answer.headers["Location"]
        return number_in(answer.headers["Location"])

    async def draft(self, number: int) -> Draft:
        """A draft as stored."""
        actor = await self.node.person(self.username)
        return await self.node.store.query(
            lambda tx: load_draft(tx, number, Writer(actor, False, None))
        )


async def desk(node: LocalNode, username: str, role: str = "") -> Desk:
    """The desk of a member, who is made on first mention."""
    return Desk(node, username, await signed_in(node, username, role=role))


async def with_concepts(node: LocalNode) -> LocalNode:
    """The node with the vocabularies that come with it."""
    await load_bundled(node.store, node.clock.ms)
    return node


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = {"revision": "0", "window": "window", "step": "0"}
    for match in _INPUT.finditer(page):
        found[match[1] or match[4]] = match[2] if match[1] else match[3]
    return found


def number_in(location: str) -> int:
    """The number in the address of a draft or object."""
    match = re.search(r"/(?:drafts|objects)/(\d+)", location)
    assert match is not None, location
    return int(match[1])
