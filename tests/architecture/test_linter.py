"""Documentation of code is the linter's business; here is proof that it really asks for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT

RUFF = Path(sys.executable).with_name("ruff")


def complaints(path: str, text: str) -> set[str]:
    """The codes of the linter's findings in a file with this text at this place."""
    command: list[str | Path] = [
        RUFF,
        "check",
        "--output-format",
        "concise",
        "--stdin-filename",
        ROOT / path,
        "-",
    ]
    done = subprocess.run(
        command, input=text, cwd=ROOT, capture_output=True, text=True, check=False
    )
    rows = [row.split(": ", 1) for row in done.stdout.splitlines() if row.count(":") > 2]
    return {row[1].split()[0] for row in rows}


@pytest.mark.parametrize("room", PACKAGES)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = 1\n", "D100"),
        ('"""A module."""\n\n\nclass Sample:\n    x = 1\n', "D101"),
        ('"""A module."""\n\n\ndef sample() -> int:\n    return 1\n', "D103"),
        ('"""A module."""\n\nx = 1  # TODO more\n', "FIX002"),
    ],
)
def test_what_is_undocumented_or_unfinished_is_refused(room: str, text: str, code: str) -> None:
    assert code in complaints(f"{room}/sample.py", text)


def test_a_package_without_a_docstring_is_refused() -> None:
    assert "D104" in complaints("inbox/__init__.py", "x = 1\n")


def test_a_test_explains_its_module_but_not_its_sentences() -> None:
    assert complaints("tests/architecture/test_sample.py", "def test_a() -> None:\n    f()\n") == {
        "D100",
        "F821",
    }
