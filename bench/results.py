"""What was measured, as rows, a table and a JSON file."""

import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: a value for each repetition.

    `p99_ms`: the 99th percentile of the latencies, of each repetition. `cpu_ms`: processor time
    of the node for each operation. `target` is reached from above when `better` is "more".
    `raw` is the limit measured in the same run, in the same unit.
    """

    name: str
    unit: str
    values: Sequence[float]
    better: Literal["more", "less"] = "less"
    target: float | None = None
    p99_ms: Sequence[float] = ()
    target_p99_ms: float | None = None
    cpu_ms: Sequence[float] = ()
    raw: float | None = None
    engine: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        """The value in the middle."""
        return median(self.values)

    @property
    def reached(self) -> bool | None:
        """Whether the targets are reached; None without a target."""
        if self.target is None:
            return None
        more = self.better == "more"
        fine = self.median >= self.target if more else self.median <= self.target
        if self.target_p99_ms is not None and self.p99_ms:
            fine = fine and median(self.p99_ms) <= self.target_p99_ms
        return fine


@dataclass(slots=True)
class Report:
    """The rows of one run."""

    options: dict[str, object]
    rows: list[Row] = field(default_factory=list)
    began: float = field(default_factory=time.time)

    def table(self) -> str:
        """The rows as text, each measure beside its target."""
        head = ("measure", "median", "p99 ms", "target", "", "of raw limit", "CPU ms")
        lines = [head, *(_cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        text = [_line(line, widths) for line in lines]
        return "\n".join([text[0], "-" * len(text[0]), *text[1:]])

    def save(self) -> Path:
        """Write the run as JSON beside the earlier ones; gives the file."""
        RESULTS.mkdir(exist_ok=True)
        moment = time.strftime("%Y-%m-%dT%H-%M-%S", time.localtime(self.began))
        path = RESULTS / f"{moment}.json"
        machine = {"python": platform.python_version(), "system": platform.platform()}
        rows = [asdict(row) | {"median": row.median, "reached": row.reached} for row in self.rows]
        content = {"began": moment, "machine": machine, "options": self.options, "rows": rows}
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        return path


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([first, *rest]).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≥" if row.better == "more" else "≤"
    target = f"{sign} {_number(row.target)}" if row.target is not None else ""
    if row.target_p99_ms is not None:
        target += f", p99 ≤ {_number(row.target_p99_ms)}"
    verdict = {None: "", True: "reached", False: "MISSED"}[row.reached]
    share = ""
    if row.raw:
        share = (
            f"{row.median / row.raw:.0%}"
            if row.better == "more"
            else f"{row.median / row.raw:.1f}×"
        )
    name = f"{row.engine + ': ' if row.engine else ''}{row.name}"
    if row.note:
        name += f" ({row.note})"
    return (
        name,
        f"{_number(row.median)} {row.unit}",
        _number(median(row.p99_ms)) if row.p99_ms else "",
        target,
        verdict,
        share,
        f"{median(row.cpu_ms):.2f}" if row.cpu_ms else "",
    )


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
