"""The doctor's proof that signatures are checked at the node's public address."""

import json
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from node.signatures import prove_signatures
from tests.support.fediverse import LocalNode
from tests.support.processes import NodeProcess


class Proxy(httpx.AsyncBaseTransport):
    """What stands between the world and a node, and may not pass everything on."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        change: Callable[[httpx.Request], Awaitable[httpx.Response | None]],
    ) -> None:
        self.inner, self.change = inner, change
        self.statuses: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.change(request) or await self.inner.handle_async_request(request)
        self.statuses.append(answer.status_code)
        return answer


def behind(node: LocalNode, change: Any) -> Proxy:
    """Put something in front of a node."""
    node.wires.nodes[node.host] = proxy = Proxy(node.wires.nodes[node.host], change)  # type: ignore[assignment]
    return proxy


async def nothing(_: httpx.Request) -> None:
    """Pass everything on."""


async def test_good_signatures_open_the_door_and_forged_ones_do_not(node: LocalNode) -> None:
    proxy = behind(node, nothing)
    found = await prove_signatures(node.services)
    assert (found.good, found.remedy) == (True, ""), found
    doors = [s.url for s in node.wires.log if s.url.endswith("/followers_synchronization")]
    assert doors == ["https://node.example/users/greta/followers_synchronization"] * 5
    assert proxy.statuses.count(200) >= 2
    assert proxy.statuses.count(401) == 3


async def test_a_proxy_that_drops_the_signature_is_found(node: LocalNode) -> None:
    async def strip(request: httpx.Request) -> None:
        request.headers.pop("Signature", None)

    behind(node, strip)
    found = await prove_signatures(node.services)
    assert not found.good
    assert "rfc9421" in found.text
    assert "proxy" in found.remedy


async def test_a_proxy_that_changes_the_date_breaks_the_old_signature_only(
    node: LocalNode,
) -> None:
    async def change(request: httpx.Request) -> None:
        if "Signature-Input" not in request.headers:
            request.headers["Date"] = "Mon, 02 Nov 2026 10:00:00 GMT"

    behind(node, change)
    found = await prove_signatures(node.services)
    assert (found.good, "cavage" in found.text) == (False, True)


@pytest.mark.parametrize(("signed", "said"), [(False, "without"), (True, "forged")])
async def test_a_cache_that_opens_the_door_to_everybody_is_found(
    node: LocalNode, signed: bool, said: str
) -> None:
    kept: list[httpx.Response] = []

    async def cache(request: httpx.Request) -> httpx.Response | None:
        door = str(request.url).endswith("/followers_synchronization")
        if not door or (signed and "Signature" not in request.headers):
            return None
        kept.append(httpx.Response(200, stream=httpx.ByteStream(b"{}")))
        return kept[-1]

    behind(node, cache)
    found = await prove_signatures(node.services)
    assert (found.good, said in found.text) == (False, True), found
    assert "cache" in found.remedy


async def test_a_silent_node_is_a_finding_and_no_failure(node: LocalNode) -> None:
    node.wires.silent.add(node.host)
    found = await prove_signatures(node.services)
    assert not found.good
    assert found.remedy


@pytest.fixture
def running(tmp_path: Path) -> Iterator[NodeProcess]:
    """A node that runs as a process."""
    process = NodeProcess(tmp_path, username="greta").init().start()
    yield process
    process.stop()


def test_the_doctor_of_a_running_node_has_nothing_to_say(running: NodeProcess) -> None:
    done = subprocess.run(
        [*running._communotic(), "doctor", "--json"],
        capture_output=True, text=True, check=False, env=dict(running.environment()),
    )  # fmt: skip
    findings = {found["name"]: found for found in json.loads(done.stdout)}
    wrong = {name for name, found in findings.items() if not found["good"]} - {"disk"}
    assert wrong == set(), findings
    assert "refused" in findings["signatures"]["text"]
