"""A virus scanner, a real program, is asked about each file before it is kept."""

import io
import stat
from pathlib import Path

import pytest
from quart.datastructures import FileStorage

from federation.errors import Refused
from objects import scanning
from objects.scanning import refuse_harmful
from tests.clients.media.uploads import picture
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import open_project

FOUND = b"a small nasty thing"


def program(folder: Path, lines: str) -> str:
    """A command, in a folder with a blank in its name."""
    place = folder / "a scanner"
    place.mkdir(exist_ok=True)
    path = place / "scan"
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"'{path}' --quiet -"


@pytest.fixture
def scanner(tmp_path: Path) -> str:
    """A program that finds one thing: 1 when it is in the file, else 0."""
    return program(tmp_path, 'if grep -q "a small nasty thing" -; then exit 1; fi; exit 0')


async def test_without_a_scanner_nothing_is_asked() -> None:
    await refuse_harmful(FOUND, "")


async def test_harmless_files_pass(scanner: str) -> None:
    await refuse_harmful(picture(), scanner)
    await refuse_harmful(bytes(3_000_000), scanner)


async def test_harmful_files_are_refused_and_say_so(scanner: str) -> None:
    with pytest.raises(Refused, match="scanner found something") as refused:
        await refuse_harmful(b"x" * 500_000 + FOUND, scanner)
    assert (refused.value.status, refused.value.code) == (422, "harmful")


@pytest.mark.parametrize("lines", ["exit 2", "kill -9 $$", "exit 127"])
async def test_a_scanner_that_fails_lets_nothing_pass(tmp_path: Path, lines: str) -> None:
    with pytest.raises(Refused) as refused:
        await refuse_harmful(picture(), program(tmp_path, lines))
    assert (refused.value.status, refused.value.code) == (503, "not-scanned")


async def test_a_scanner_that_is_not_there_lets_nothing_pass() -> None:
    with pytest.raises(Refused) as refused:
        await refuse_harmful(picture(), "/no/such/scanner -")
    assert refused.value.status == 503


async def test_a_scanner_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    with pytest.raises(Refused) as refused:
        await refuse_harmful(bytes(1_000_000), program(tmp_path, "exec sleep 60"))
    assert refused.value.status == 503


async def test_one_that_reads_only_the_beginning_is_believed(tmp_path: Path) -> None:
    await refuse_harmful(bytes(3_000_000), program(tmp_path, "exit 0"))


async def test_apps_are_told_and_nothing_is_kept(network: Network, scanner: str) -> None:
    node = await network.node("greta", virus_scanner=scanner)
    app = await app_of(node, "anne")
    for path in ("/api/v1/media", "/api/v2/media"):
        content = b"%PDF-1.4 " + FOUND
        refused = await app.ask(
            "POST", path, expect=422, files={"file": FileStorage(io.BytesIO(content), "un.pdf")}
        )
        assert "virus scanner" in refused.json["error"]
    assert await node.count("media") == 0
    await app.post("/api/v1/media", files={"file": FileStorage(io.BytesIO(picture()), "un.png")})
    assert await node.count("media") == 1


async def test_copies_of_partners_files_are_scanned_too(network: Network, scanner: str) -> None:
    alpha = await network.node("alpha", virus_scanner=scanner)
    beta: LocalNode = await network.node("beta")
    space = await open_project(network, alpha, reach="project")
    await space.invite(beta, "bruno")
    app = await app_of(beta, "bruno")
    made = await app.post(
        "/api/v1/media", files={"file": FileStorage(io.BytesIO(b"%PDF-1.4 " + FOUND), "un.pdf")}
    )
    await space.write(beta, "bruno", "Un fichier.", media_ids=(int(made["id"]),))
    await network.settle()
    rows = await alpha.store.query(
        lambda tx: tx.connection.fetch_all("select state, file, error from project_files")
    )
    assert [tuple(row)[:2] for row in rows] == [("failed", "")]
    assert "harmful" in rows[0][2]
