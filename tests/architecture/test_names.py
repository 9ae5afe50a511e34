"""Top-level packages with plain names are safe only while nobody else claims them."""

import importlib.metadata
import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, PROJECT, ROOT


def claims_of_others(
    ours: Iterable[str], installed: Mapping[str, Iterable[str]]
) -> dict[str, list[str]]:
    """The distributions, other than ours, that bring a package with one of our names."""
    claims = {name: sorted(set(installed.get(name, ())) - {"communotic"}) for name in ours}
    return {name: owners for name, owners in claims.items() if owners}


def package_folders(root: Path) -> set[str]:
    """The folders at the top that are packages, without the tests."""
    return {file.parent.name for file in root.glob("*/__init__.py")} - {"tests"}


def test_no_other_distribution_claims_our_folder_names() -> None:
    installed = importlib.metadata.packages_distributions()
    assert "pytest" in installed
    assert claims_of_others(PACKAGES, installed) == {}


def test_a_foreign_claim_is_seen() -> None:
    installed = {"config": ["config"], "node": ["communotic"], "quart": ["quart"]}
    assert claims_of_others(["config", "node"], installed) == {"config": ["config"]}


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_the_name_leads_to_our_folder(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


def test_every_room_is_in_the_wheel_and_under_the_import_rules() -> None:
    found = package_folders(ROOT)
    assert set(PACKAGES) == found
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == found
    assert set(PROJECT["tool"]["ruff"]["lint"]["isort"]["known-first-party"]) == found | {"tests"}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_room_says_that_it_is_typed(name: str) -> None:
    assert (ROOT / name / "py.typed").is_file()


def test_every_room_has_its_layer() -> None:
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    assert {name.strip() for layer in layers for name in layer.split("|")} == set(PACKAGES)


def test_no_folder_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "common", "core", "misc", "services", "mastodon"}
    folders = {file.parent.name for name in PACKAGES for file in (ROOT / name).rglob("*.py")}
    assert not folders & drawers


def test_the_project_cannot_be_uploaded_by_accident() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]
