"""A project over three servers as three processes: a month of work, and power cuts."""

import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from federation.vocabulary import ACTIVITY_JSON
from tests.network.conftest import Network
from tests.support.processes import ROOT, CommandFailed, NodeProcess, eventually, web

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(900)]
SHIFTED = ROOT / "tests" / "support" / "shifted"
NAMES = ("porteuse", "centre", "mission")
Row = dict[str, Any]


def on_day(node: NodeProcess, day: int) -> None:
    """Let a node, and the commands on it, live some days after today."""
    node.settings["PYTHONPATH"] = os.pathsep.join([str(SHIFTED), str(ROOT)])
    node.settings["SHIFTED_DAYS"] = str(day)


def restart(nodes: list[NodeProcess], day: int) -> None:
    """Let some days pass for nodes, running or not."""
    for node in nodes:
        node.stop()
        on_day(node, day)
        node.start()


def in_order(rows: list[dict[str, Any]]) -> bool:
    """Whether entries have numbers, each its own, latest first."""
    numbers = [row["position"] for row in rows]
    return min(numbers) > 0 and numbers == sorted(set(numbers), reverse=True)


class Space:
    """A project on the first of some nodes; each organisation is called like its node."""

    def __init__(self, nodes: list[NodeProcess]) -> None:
        self.host, *self.partners = nodes
        self.nodes = nodes
        options = ("--name", "Réalité virtuelle", "--reach", "project", "--state", "running")
        self.url = self.host.run("project", "create", self.host.username, "projet", *options)
        for partner in self.partners:
            self.invite(partner)

    def invite(self, partner: NodeProcess) -> None:
        """Invite a node's organisation, and let it agree."""
        whom = f"{partner.username}@{partner.domain}"
        self.host.run("project", "invite", self.host.username, self.url, whom)
        accept = ("project", "accept", partner.username, self.url)
        eventually(lambda: self._ran(partner, *accept), every=1.0, what="the invitation")
        eventually(lambda: self.is_member(partner), every=1.0, what=f"{whom} is a member")

    def _ran(self, node: NodeProcess, *command: str) -> bool:
        node.run(*command)
        return True

    def is_member(self, node: NodeProcess) -> bool:
        """Whether a node's organisation belongs to the project, as the node knows it."""
        mine = f"{node.username}@{node.domain}"
        try:
            rows = node.ask("project", "members", node.username, self.url)
        except CommandFailed as refused:
            if "known to its members only" not in str(refused):
                raise
            return False
        return any(row["account"] == mine and row["state"] == "member" for row in rows)

    def write(self, node: NodeProcess, text: str, kind: str = "progress") -> str:
        """Write an entry; its address."""
        return node.run("project", "note", node.username, self.url, text, "--kind", kind)

    def rows(self, node: NodeProcess) -> list[Row]:
        """What a node's organisation sees of the project."""
        command = ("project", "timeline", node.username, self.url, "--limit", "1000")
        return list(node.ask(*command))

    def wait_same(self, count: int, within: float = 120.0) -> list[Row]:
        """Wait until every node shows the same entries, so many; the entries."""

        def same() -> list[Row] | None:
            first, *others = [self.rows(node) for node in self.nodes]
            alike = len(first) == count and all(other == first for other in others)
            return first if alike else None

        found = eventually(same, within=within, every=1.0, what=f"{count} same entries")
        assert found is not None
        return found


def bytes_of(node: NodeProcess) -> bytes:
    """Everything that a node holds on its disk."""
    files = sorted(path for path in Path(node.data).rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


def test_after_a_month_every_partner_holds_the_same_and_nobody_else_anything(
    network: Network,
) -> None:
    nodes = network.nodes(*NAMES)
    stranger = network.node("voisine")
    host, centre, mission = nodes
    space = Space(nodes)
    space.write(host, "Réunion de lancement : caillou-0", "meeting")
    space.write(centre, "Premier essai : caillou-1")
    space.wait_same(2)

    mission.stop()
    restart([host, centre], 10)
    space.write(centre, "Une difficulté : caillou-2", "difficulty")
    space.write(host, "Un avancement : caillou-3")
    on_day(mission, 10)
    # Written while its own server is off: it waits there.
    space.write(mission, "Écrit hors ligne : caillou-4")
    restart([host, centre, mission], 17)
    found = space.wait_same(5, within=240)
    assert in_order(found)
    assert "caillou-4" in found[0]["text"]

    restart(nodes, 30)
    host.run("project", "remove", host.username, space.url, f"centre@{centre.domain}")
    late = space.write(mission, "Après le retrait : caillou-5")
    remaining = [host, mission]
    eventually(
        lambda: all(len(space.rows(node)) == 6 for node in remaining), every=1.0, what="six entries"
    )
    eventually(lambda: not space.is_member(centre), every=1.0, what="the removal")
    assert all(row["author"] == f"centre@{centre.domain}" for row in space.rows(centre))
    assert web.get(late, headers={"Accept": ACTIVITY_JSON}).status_code == 404
    for node in (*nodes, stranger):
        node.stop()
    assert b"caillou-5" in bytes_of(host)
    assert b"caillou-5" in bytes_of(mission)
    assert b"caillou-5" not in bytes_of(centre)
    assert b"caillou-" not in bytes_of(stranger)


def test_nothing_is_lost_or_doubled_by_power_cuts(network: Network) -> None:
    nodes = network.nodes(*NAMES)
    space = Space(nodes)
    dice = random.Random(2026)
    over = threading.Event()

    def cut() -> None:
        while not over.wait(dice.uniform(0.4, 1.5)):
            node = dice.choice(nodes)
            node.kill9()
            node.start()

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        written = [space.write(nodes[n % 3], f"Note {n}") for n in range(18)]
    finally:
        over.set()
        cutter.join()
    found = space.wait_same(len(written), within=240)
    assert sorted(row["url"] for row in found) == sorted(written)
    assert len(found) == len(written)
    assert in_order(found)
    for node in nodes:
        assert node.ask("inbox", "failed") == []
