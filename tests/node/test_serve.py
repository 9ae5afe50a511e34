"""Starting and stopping a node as a process."""

import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from node.serve import listen
from node.start import OneLine
from tests.node.nodes import made
from tests.support.processes import eventually, free_port, web


def started(data: Path, port: int) -> subprocess.Popen[str]:
    """The node in `data` as a process."""
    words = [sys.executable, "-m", "node.cli", "--data", str(data), "run"]
    words += ["--bind", f"127.0.0.1:{port}"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def answers(port: int) -> bool:
    """Whether the node answers."""
    return web.get(f"http://127.0.0.1:{port}/health").status_code == 200


def test_a_stranger_cannot_forge_a_line_of_the_log() -> None:
    text = "GET /x\n2026 ERROR\r\x1b[31m\x00 été"
    record = logging.LogRecord("a", logging.INFO, __file__, 1, "%s refused", (text,), None)
    shown = OneLine("%(message)s").format(record)
    assert shown == r"GET /x\n2026 ERROR\r\x1b[31m\x00 été refused"


def test_what_failed_is_told_with_its_traceback() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        record = logging.LogRecord("a", 40, __file__, 1, "failed", None, sys.exc_info())
    first, second, *_, last = OneLine("%(message)s").format(record).splitlines()
    assert (first, second) == ("failed", "Traceback (most recent call last):")
    assert last == "ValueError: wrong"


def test_a_taken_address_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    data = made(tmp_path / "node")
    with listen("127.0.0.1:0") as taken:
        process = started(data, taken.getsockname()[1])
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot be listened on" in output
    assert "Traceback" not in output


def test_two_whole_nodes_never_work_on_one_directory(tmp_path: Path) -> None:
    data, port = made(tmp_path / "node"), free_port()
    first = started(data, port)
    eventually(lambda: answers(port))
    second = started(data, free_port())
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "running already" in output
    first.terminate()
    first.communicate(timeout=60)
    assert first.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_node_that_is_told_to_stop_stops_by_itself(tmp_path: Path, number: int) -> None:
    port = free_port()
    process = started(made(tmp_path / "node"), port)
    eventually(lambda: answers(port))
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert "token greta" in output
