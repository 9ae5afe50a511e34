"""A node with restricted experiences, one of its network, and one outside; doors to try."""

import re
from dataclasses import dataclass, replace
from typing import Any

from federation.errors import Gone
from federation.vocabulary import ACTIVITY_JSON
from objects.experiences.fields import Reach
from storage.records import ObjectRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.shared_experiences import PLAIN, publish

WORD = "Tamponnoir"
SECRET = replace(
    PLAIN, title=f"{WORD} au chantier", summary=f"{WORD} en bref", context=f"{WORD} partout"
)
ACCEPTED = ("text/html", ACTIVITY_JSON, "text/turtle", "application/ld+json", "*/*")


@dataclass
class Place:
    """Anne's node, Lea's of the network, Oscar's outside it; both follow Anne."""

    network: Network
    node: LocalNode
    listed: LocalNode
    outsider: LocalNode

    async def secret(self, reach: Reach, **changes: Any) -> ObjectRecord:
        """A restricted experience of Anne's, delivered wherever it goes."""
        record = await publish(self.node, "anne", replace(SECRET, reach=reach, **changes))
        await self.network.settle()
        return record

    async def ask(self, path: str, accept: str) -> tuple[int, bytes]:
        """What a stranger is answered."""
        client = self.node.app.test_client()
        answer = await client.get(path, headers={"Accept": accept, "Host": self.node.host})
        body = await answer.get_data()
        location = answer.headers.get("Location", "")
        return answer.status_code, (body if isinstance(body, bytes) else body.encode()) + (
            location.encode()
        )

    async def whole(self, path: str, accept: str) -> bytes:
        """What a stranger is answered, the first page of a collection included."""
        _, body = await self.ask(path, accept)
        found = re.search(rb'"first":"https://[^/"]+([^"]+)"', body)
        return body + (await self.ask(found[1].decode(), accept))[1] if found else body

    async def fetched(self, reader: LocalNode, url: str) -> dict[str, Any] | int:
        """What a server is answered that signs its request; a number: the status of a refusal."""
        try:
            return (await reader.services.fetcher.document(url)).raw
        except Gone as gone:
            return gone.status
