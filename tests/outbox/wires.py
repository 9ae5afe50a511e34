"""Connections whose other end answers deliveries as a test says."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from tests.support.factories import Json
from tests.support.wires import Wires


@dataclass(frozen=True)
class Says:
    """One answer to a POST; without a status there is none in time."""

    status: int | None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


OK = Says(202)
SILENCE = Says(None)


class ScriptedWires(Wires):
    """Wires with a list of answers for an inbox or a whole host; the last one is repeated."""

    def __init__(self) -> None:
        super().__init__()
        self._script: dict[str, list[Says]] = {}
        self.side_by_side = 0
        self.most_side_by_side = 0

    def answers(self, where: str, *says: Says | int | None) -> None:
        """What an inbox (URL) or a host says from now on, try by try."""
        self._script[where] = [one if isinstance(one, Says) else Says(one) for one in says]

    def inboxes(self, urls: Iterable[str]) -> list[str]:
        """Every POST to one of these, in order."""
        wanted = set(urls)
        return [sent.url for sent in self.log if sent.method == "POST" and sent.url in wanted]

    def types_at(self, inbox: str) -> list[str]:
        """The types of the activities that were sent to an inbox, in order, repeats too."""
        return [str(activity["type"]) for activity in self.delivered(inbox)]

    def last_at(self, inbox: str) -> Json:
        """The last activity that was sent to an inbox."""
        return self.delivered(inbox)[-1]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a POST from the script when there is one for its address or host."""
        host, url = request.url.netloc.decode(), str(request.url)
        script = self._script.get(url) or self._script.get(host)
        if request.method != "POST" or script is None:
            return await super().handle_async_request(request)
        await super().handle_async_request(request)  # for the log
        says = script.pop(0) if len(script) > 1 else script[0]
        if says.status is None:
            raise httpx.ReadTimeout("no answer in time", request=request)
        return httpx.Response(says.status, headers=says.headers, stream=httpx.ByteStream(says.body))
