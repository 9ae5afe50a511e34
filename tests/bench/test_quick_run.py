"""A tiny run of each measure, against a real node in a process of its own."""

import json
from pathlib import Path

import pytest

from bench import results
from bench.command import MEASURES, main
from bench.results import Row
from bench.wire import body_end


@pytest.fixture(autouse=True)
def results_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    monkeypatch.setattr(results, "RESULTS", folder)
    return folder


@pytest.mark.network
@pytest.mark.parametrize("measure", MEASURES)
def test_each_measure_runs_alone_and_gives_rows(
    measure: str, results_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([measure, "--quick", "--repeat", "1", "--engine", "sqlite"])
    (written,) = results_folder.glob("*.json")
    rows = [row for row in json.loads(written.read_text())["rows"] if "raw:" not in row["name"]]
    assert rows
    assert all(row["median"] > 0 for row in rows)
    table = capsys.readouterr().out
    assert all(row["name"] in table for row in rows)


@pytest.mark.network
def test_an_aged_node_is_measured_as_well(results_folder: Path) -> None:
    main(["publish", "--quick", "--repeat", "1", "--engine", "sqlite", "--aged", "300"])
    (written,) = results_folder.glob("*.json")
    notes = {row["note"] for row in json.loads(written.read_text())["rows"]}
    assert notes == {"300 objects"}


def test_a_target_is_missed_when_the_latencies_are_too_long() -> None:
    row = Row("inbox", "/s", [1_700], "more", target=1_500, p99_ms=[80], target_p99_ms=50)
    assert row.reached is False


def test_the_middle_of_the_repetitions_counts() -> None:
    assert Row("start", "s", [0.7, 3.0, 0.6], target=0.8).reached is True


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            b"2\r\nok\r\n0\r\n\r\n",
        ),
        (b"HTTP/1.1 202 Accepted\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", None),
    ],
    ids=["length", "chunks", "nothing", "more-to-come"],
)
def test_the_end_of_an_answer_is_found(answer: bytes, body: bytes | None) -> None:
    start = answer.index(b"\r\n\r\n") + 4
    end = body_end(answer, start)
    assert (None if end is None else answer[start:end]) == body
