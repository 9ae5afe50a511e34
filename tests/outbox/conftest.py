"""A node whose peers answer as a test says, and both databases for the queue."""

import pytest

from tests.outbox.desk import Desk
from tests.outbox.wires import ScriptedWires
from tests.support.fediverse import LocalNode


@pytest.fixture
def wires() -> ScriptedWires:
    """Connections whose other end can be told what to answer."""
    return ScriptedWires()


@pytest.fixture
def desk(node: LocalNode, wires: ScriptedWires) -> Desk:
    """Greta's desk: what she sends, to whom, and how it went."""
    return Desk(node, wires)
