"""megalodon against two running nodes."""

import pytest

from tests.clients_real.world import World, node_walk, take

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(600)]

STEPS = (
    "log_in", "read_instance", "read_timelines", "change_profile", "write", "write_with_media",
    "write_poll", "edit", "delete", "reply", "mark", "schedule", "follow", "see_the_followed",
    "notifications", "lists", "filters", "search", "relations", "conversations", "stream",
    "log_out",
)  # fmt: skip


@pytest.fixture(scope="module")
def report(world: World) -> dict[str, str]:
    """What came of each step."""
    return take(node_walk("walk_megalodon"), *world.people("megalodon"))


@pytest.mark.parametrize("step", [*STEPS, "(the program)"])
def test_it_walks_through_the_api(report: dict[str, str], step: str) -> None:
    assert step in report, f"never done: {report}"
    assert report[step] == "", report[step]


def test_no_step_is_left_out(report: dict[str, str]) -> None:
    assert set(report) == {*STEPS, "(the program)"}
