"""A node under thousands of made-up requests after the API's own document: no error of ours."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.clients_real.world import PASSWORD, PYTHON
from tests.support.openapi import FILE
from tests.support.processes import NodeProcess, web

PROGRAM: Final = PYTHON.with_name("schemathesis")
SCOPES: Final = "read write follow push profile admin:read admin:write"
# Streams never end.
ENDLESS: Final = "streaming"
# The document says one filter where Mastodon gives all of them.
MISDESCRIBED: Final = "/api/v1/filters"
EXAMPLES: Final = 8


@dataclass(frozen=True)
class Target:
    """What is asked: a node, as its administrator, about things that are there."""

    url: str
    token: str
    status: str
    account: str
    folder: Path

    def run(self, checks: str, *options: str) -> str:
        """What the tool says at its end; raises when it found anything."""
        config = self.folder / "schemathesis.toml"
        ids = f'["{self.status}", "{self.account}"]'
        config.write_text(
            f'[parameters]\n"path.id" = {ids}\n"path.account_id" = "{self.account}"\n',
            encoding="utf-8",
        )
        command = [
            str(PROGRAM), "--config-file", str(config), "run", str(FILE), "--url", self.url,
            "-H", f"Authorization: Bearer {self.token}", "--checks", checks,
            "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "1",
            "--workers", "2", "--request-timeout", "20", "--continue-on-failure",
            "--exclude-path-regex", ENDLESS, *options,
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout


@pytest.fixture(scope="module")
def target(libraries: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A node of its own: what is done to it at random is nobody else's business."""
    folder = tmp_path_factory.mktemp("target")
    settings = {"COMMUNOTIC_CONTACT": "contact@asso.example"}
    node = NodeProcess(folder / "node", username="asso", settings=settings).init().start()
    for name in ("hasard", "cible"):
        node.run("member", "add", name, "--password-stdin", given=PASSWORD)
    node.run("member", "role", "hasard", "admin")
    status = node.run("post", "cible", "Bonjour #formation @hasard").rpartition("/")[2]
    token = node.run("token", "hasard", "--scopes", SCOPES)
    found = web.get(f"{node.base_url}/api/v1/accounts/lookup", params={"acct": "cible"})
    yield Target(node.base_url, token, status, found.json()["id"], folder)
    node.stop()


@pytest.mark.network
@pytest.mark.timeout(900)
def test_no_request_makes_a_node_fail(target: Target) -> None:
    assert "passed" in target.run("not_a_server_error")


@pytest.mark.network
@pytest.mark.timeout(900)
def test_every_answer_has_the_documented_shape(target: Target) -> None:
    said = target.run("response_schema_conformance", "--exclude-path", MISDESCRIBED)
    assert "passed" in said
