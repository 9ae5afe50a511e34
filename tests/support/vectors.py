"""Where the published test vectors are, and how the odd formats among them are read."""

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data" / "vectors"


def load(name: str) -> Any:
    """A JSON vector."""
    return json.loads((FOLDER / name).read_bytes())


def feature_documents(name: str, scenario: str) -> list[Any]:
    """The JSON documents in one scenario of a feature file, in order."""
    text = (FOLDER / name).read_text()
    part = text.split(f"Scenario: {scenario}\n")[1].partition("Scenario:")[0]
    return [json.loads(quoted) for quoted in re.findall(r'"""(.*?)"""', part, re.DOTALL)]


def feature_values(name: str, scenario: str) -> list[str]:
    """The quoted values on the steps of one scenario."""
    text = (FOLDER / name).read_text()
    part = text.split(f"Scenario: {scenario}\n")[1].partition("Scenario:")[0]
    steps = re.findall(r"^\s+(?:Given|And|When|Then) .*$", part, re.MULTILINE)
    return [value for step in steps for value in re.findall(r'"([^"]+)"', step)]
