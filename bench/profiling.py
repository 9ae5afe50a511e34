"""Where the time goes: py-spy beside the node when it is installed, else cProfile inside it."""

import pstats
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

SPY = Path(sys.executable).with_name("py-spy")
RATE = 500
SHOWN = 45


def spy_is_installed() -> bool:
    """Whether py-spy can be used."""
    return SPY.exists()


class Spy:
    """py-spy on a running process, from `start` to `stop`."""

    def __init__(self, pid: int, output: Path) -> None:
        self._output = output
        self._command = [str(SPY), "record", "--pid", str(pid), "--format", "raw", "--gil"]
        self._command += ["--rate", str(RATE), "--duration", "600", "--output", str(output)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.5)

    def stop(self) -> None:
        """End and print which functions held the interpreter."""
        assert self._process is not None
        self._process.send_signal(2)
        self._process.wait()
        if self._output.exists():
            print(summary(self._output))


def summary(folded: Path) -> str:
    """The functions of a folded profile, by their share with what they call, and by their own."""
    whole: Counter[str] = Counter()
    own: Counter[str] = Counter()
    total = 0
    for line in folded.read_text(encoding="utf-8").splitlines():
        stack, _, number = line.rpartition(" ")
        frames = [frame.rpartition(":")[0] or frame for frame in stack.split(";")]
        samples = int(number)
        total += samples
        own[frames[-1]] += samples
        for frame in set(frames):
            whole[frame] += samples
    lines = [f"  profile {folded}: {total / RATE:.1f} s with the interpreter lock"]
    for frame, samples in whole.most_common(SHOWN):
        lines.append(f"  {samples / total:7.1%} {own[frame] / total:7.1%}  {frame}")
    lines.append("  by their own time:")
    lines += [f"  {samples / total:7.1%}  {frame}" for frame, samples in own.most_common(25)]
    return "\n".join(lines)


def cprofile_summary(path: Path) -> None:
    """Print what cProfile wrote at the end of the node."""
    if path.exists():
        pstats.Stats(str(path)).sort_stats("tottime").print_stats(SHOWN)
