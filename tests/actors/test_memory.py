"""What a process remembers is bounded in number and in time."""

from actors.memory import Memory
from tests.support.clock import Clock


def test_a_value_is_forgotten_in_time(clock: Clock) -> None:
    memory: Memory[str, int] = Memory(clock, size=10, ttl_s=60)
    memory.put("a", 1)
    assert memory.get("a") == 1
    clock.now += 60
    assert memory.get("a") is None


def test_the_value_used_longest_ago_makes_room(clock: Clock) -> None:
    memory: Memory[str, int] = Memory(clock, size=2, ttl_s=60)
    memory.put("a", 1)
    memory.put("b", 2)
    assert memory.get("a") == 1
    memory.put("c", 3)
    assert memory.get("b") is None
    assert (memory.get("a"), memory.get("c")) == (1, 3)


def test_values_can_be_dropped(clock: Clock) -> None:
    memory: Memory[str, int] = Memory(clock, size=2, ttl_s=60)
    memory.put("a", 1)
    memory.put("b", 2)
    memory.drop("a")
    assert memory.get("a") is None
    memory.clear()
    assert memory.get("b") is None
