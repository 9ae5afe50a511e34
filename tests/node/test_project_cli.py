"""`communotic project …`: a contract that others script against."""

import asyncio
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from config.load import load_settings
from node.services import open_services
from objects.projects.entries import Entry
from objects.projects.offers import NewEntry
from outbox.acts.projects.offers import make_offer
from tests.node.nodes import DOMAIN, called, made

ORIGIN = f"http://{DOMAIN}"
SPACE = f"{ORIGIN}/users/rva"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of a node with a members-only project that greta leads."""
    data = made(tmp_path / "node")
    for name in ("marie", "paul"):
        called(data, "member", "add", name, "--name", name.title())
    opened = called(
        data, "project", "create", "greta", "rva", "--name", "Réalité virtuelle", "--state",
        "running", "--reach", "project", "--funder", "Région", "--objective", "Former",
        "--objective", "Mesurer", "--joining", "open",
    )  # fmt: skip
    assert opened.exit_code == 0, opened.output
    assert opened.stdout.strip() == SPACE
    return data


def said(data: Path, *words: str) -> Any:
    """The JSON that a command prints."""
    result = called(data, "project", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_contract_of_names_is_kept(data: Path) -> None:
    text = called(data, "project", "--help").stdout
    for name in (
        "create", "change", "close", "list", "show", "export", "invite", "uninvite", "accept",
        "decline", "join", "admit", "refuse", "members", "role", "remove", "leave", "note",
        "withdraw", "timeline", "offers", "approve", "reject",
    ):  # fmt: skip
        assert f" {name} " in text


def test_a_project_is_opened_shown_and_changed(data: Path) -> None:
    shown = said(data, "show", "greta", "rva")
    assert (shown["account"], shown["state"], shown["reach"]) == (
        f"rva@{DOMAIN}",
        "running",
        "project",
    )
    assert shown["objectives"] == ["Former", "Mesurer"]
    changed = said(data, "change", "greta", "rva", "--name", "RV en atelier")
    assert (changed["name"], changed["funder"]) == ("RV en atelier", "Région")
    taken = called(data, "project", "create", "greta", "rva", "--name", "Encore")
    assert taken.exit_code == 1
    stranger = called(data, "project", "change", "marie", "rva", "--name", "Volé")
    assert stranger.exit_code == 1
    assert "no such project" in stranger.output


def test_people_are_invited_agree_and_are_removed(data: Path) -> None:
    assert said(data, "invite", "greta", "rva", "marie", "--role", "observer")["state"] == "invited"
    invited = said(data, "list", "marie")
    assert [(one["account"], one["membership"]) for one in invited] == [
        (f"rva@{DOMAIN}", "invited")
    ]
    assert said(data, "accept", "marie", "rva")["state"] == "member"
    again = called(data, "project", "accept", "marie", "rva")
    assert again.exit_code == 1
    assert "No invitation" in again.output
    assert said(data, "role", "greta", "rva", "marie", "partner")["role"] == "partner"
    roles = {one["account"]: one["role"] for one in said(data, "members", "marie", "rva")}
    assert roles == {f"greta@{DOMAIN}": "lead", f"marie@{DOMAIN}": "partner"}
    assert said(data, "remove", "greta", "rva", "marie")["state"] == "removed"
    unknown = called(data, "project", "members", "marie", "rva")
    assert unknown.exit_code == 1
    assert "known to its members only" in unknown.output
    last = called(data, "project", "leave", "greta", "rva")
    assert last.exit_code == 1
    assert "another lead" in last.output


def test_an_invitation_is_taken_back_or_declined(data: Path) -> None:
    said(data, "invite", "greta", "rva", "marie")
    assert said(data, "uninvite", "greta", "rva", "marie")["state"] == "declined"
    assert called(data, "project", "accept", "marie", "rva").exit_code == 1
    said(data, "invite", "greta", "rva", "paul")
    assert said(data, "decline", "paul", "rva")["state"] == "declined"


def test_who_asks_waits_for_a_lead(data: Path) -> None:
    said(data, "change", "greta", "rva", "--joining", "request")
    assert said(data, "join", "marie", "rva", "--message", "Bonjour")["state"] == "requested"
    said(data, "join", "paul", "rva")
    waiting = {one["account"]: one["state"] for one in said(data, "members", "greta", "rva")}
    assert waiting[f"marie@{DOMAIN}"] == "requested"
    assert said(data, "admit", "greta", "rva", "marie", "--role", "observer")["role"] == "observer"
    assert (
        said(data, "refuse", "greta", "rva", "paul", "--reason", "Complet")["state"] == "declined"
    )
    shut = called(data, "project", "admit", "marie", "rva", "paul")
    assert shut.exit_code == 1
    assert "lead" in shut.output


def test_members_write_and_read(data: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"%PDF-1.4\n%%EOF\n")
    called(data, "project", "join", "marie", "rva")
    milestone = said(data, "note", "greta", "rva", "Tout est prêt.", "--kind", "milestone",
                     "--title", "Ouverture", "--due", "2026-12-15")  # fmt: skip
    url = said(data, "note", "marie", "rva", "Le casque est là.", "--milestone", milestone["url"],
               "--title", "Matériel", "--file", str(plan))["url"]  # fmt: skip
    vote = said(data, "note", "greta", "rva", "Deux de plus.", "--kind", "decision", "--title",
                "On achète ?", "--choice", "Oui", "--choice", "Non", "--quorum", "2", "--due",
                "2099-12-31")  # fmt: skip
    answer = said(data, "note", "marie", "rva", "D’accord.", "--reply-to", vote["url"])
    assert (answer["kind"], answer["visibility"]) == ("comment", "project")
    rows = {row["url"]: row for row in said(data, "timeline", "marie", "rva")}
    assert rows[url]["milestone"] == milestone["url"]
    assert rows[milestone["url"]]["author"] == f"rva@{DOMAIN}"
    assert rows[vote["url"]]["state"] == "proposed"
    only = said(data, "timeline", "marie", "rva", "--kind", "milestone")
    assert [row["title"] for row in only] == ["Ouverture"]
    assert said(data, "timeline", "paul", "rva") == []
    for nothing in (url, SPACE, "https://elsewhere.example/objects/1"):
        wrong = called(data, "project", "note", "marie", "rva", "Et ceci.", "--milestone", nothing)
        assert (wrong.exit_code, wrong.stdout) == (1, "")
        assert f"{nothing} is no milestone of this project." in wrong.output
    assert called(data, "project", "withdraw", "marie", milestone["url"]).exit_code == 1
    assert called(data, "project", "withdraw", "marie", url).exit_code == 0
    assert url not in {row["url"] for row in said(data, "timeline", "greta", "rva")}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["paul", "rva", "Bonjour"], "Only members"),
        (["greta", "rva", "x", "--due", "demain"], "is no day"),
        (["greta", "rva", "x", "--link", "javascript:1"], "no web address"),
        (["greta", "rva", "x", "--state", "adopted"], "no state of a progress"),
        (["greta", "rva", "x", "--choice", "Oui"], "only decisions"),
        (
            [
                "greta",
                "rva",
                "x",
                "--kind",
                "decision",
                "--title",
                "On achète ?",
                "--choice",
                "Oui",
                "--choice",
                "Non",
            ],
            "last day",
        ),
        (["greta", "nothing", "x"], "no project nothing"),
        (["greta", "marie", "x"], "is no project"),
        (["greta", "rva", ""], "needs a title or a text"),
    ],
)
def test_what_cannot_be_written_says_why(data: Path, words: list[str], why: str) -> None:
    result = called(data, "project", "note", *words)
    assert result.exit_code == 1
    assert why in result.output


def test_a_closed_project_is_read_and_exported_but_not_added_to(data: Path, tmp_path: Path) -> None:
    called(data, "project", "note", "greta", "rva", "Bilan : **réussi**.", "--kind", "meeting")
    assert said(data, "close", "greta", "rva")["state"] == "closed"
    again = called(data, "project", "close", "greta", "rva")
    assert (again.exit_code, again.stdout) == (1, "")
    assert f"rva@{DOMAIN} is closed already." in again.output
    late = called(data, "project", "note", "greta", "rva", "Encore")
    assert late.exit_code == 1
    assert "has ended" in late.output
    file = tmp_path / "rva.tar"
    assert "bytes" in called(data, "project", "export", "greta", "rva", str(file)).output
    with tarfile.open(file) as tar:
        opened = tar.extractfile("journal.md")
        assert opened is not None
        assert "Bilan : **réussi**." in opened.read().decode()
    again = called(data, "project", "export", "greta", "rva", str(file))
    assert again.exit_code == 2
    assert "exists already" in " ".join(again.output.replace("│", " ").split())


def test_nobody_but_members_exports_and_nothing_is_left_behind(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "stolen.tar"
    result = called(data, "project", "export", "paul", "rva", str(file))
    assert result.exit_code == 1
    assert "Only members" in result.output
    assert not file.exists()


async def proposed(data: Path, *titles: str) -> None:
    """Let marie propose milestones, as her client would."""
    services = await open_services(load_settings(data, {}))
    async with services.store.read() as tx:
        marie = await tx.actors.local("marie")
        group = await tx.actors.local("rva")
    assert marie is not None
    assert group is not None
    for title in titles:
        proposal = NewEntry(entry=Entry(kind="milestone", title=title, state="planned"))
        await make_offer(services.outbox, marie, group, proposal, f"Il faut {title}.")
    await services.close()


def test_a_lead_decides_what_members_propose(data: Path) -> None:
    called(data, "project", "join", "marie", "rva")
    asyncio.run(proposed(data, "Bilan", "Fête"))
    waiting = {row["reason"]: row["url"] for row in said(data, "offers", "greta", "rva")}
    assert set(waiting) == {"Il faut Bilan.", "Il faut Fête."}
    first, second = waiting["Il faut Bilan."], waiting["Il faut Fête."]
    assert called(data, "project", "approve", "marie", first).exit_code == 1
    assert called(data, "project", "approve", "greta", first).output.endswith("accepted.\n")
    assert called(data, "project", "reject", "greta", second, "--reason", "Non").exit_code == 0
    again = called(data, "project", "approve", "greta", second)
    assert again.exit_code == 1
    assert "answered or withdrawn" in again.output
    assert called(data, "project", "approve", "greta", f"{ORIGIN}/activities/1").exit_code == 1
    assert said(data, "offers", "marie", "rva") == []
    states = {row["url"]: row["state"] for row in said(data, "offers", "marie", "rva", "--all")}
    assert states == {first: "accepted", second: "rejected"}
    assert [row["title"] for row in said(data, "timeline", "marie", "rva")] == ["Bilan"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--starts", "demain"), "'demain' is no day"),
        (("--ends", "20261231"), "'20261231' is no day"),
        (("--starts", "2026-12-31", "--ends", "2026-01-01"), "ends after it has begun"),
        (("--call-url", "javascript:alert(1)"), "is no web address"),
        (("--territory", "nulle part"), "is no INSEE code"),
        (("--funder", "x" * 301), "funder has at most 300 characters"),
        (("--objective", "x" * 301), "objectives has at most 300 characters"),
    ],
)
def test_what_cannot_be_said_of_a_project_is_refused(
    data: Path, words: tuple[str, ...], said: str
) -> None:
    for command in (("create", "greta", "autre", "--name", "Autre"), ("change", "greta", "rva")):
        result = called(data, "project", *command, *words)
        assert result.exit_code == 1
        assert said in result.output
    assert called(data, "project", "show", "greta", "autre").exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "objection"), "--reply-to"),
        (("--kind", "comment"), "--reply-to"),
        (("--due", "2030-W01-1"), "is no day"),
        (("--quorum", "3"), "only a vote has a quorum"),
    ],
)
def test_what_would_be_lost_of_a_note_is_refused(
    data: Path, words: tuple[str, ...], said: str
) -> None:
    result = called(data, "project", "note", "greta", "rva", "Texte", *words)
    assert result.exit_code == 1
    assert said in result.output


def test_a_vote_takes_no_files_and_is_objected_to_until_it_is_decided(data: Path) -> None:
    vote = ("note", "greta", "rva", "Texte", "--kind", "decision", "--title", "Achat",
            "--choice", "Oui", "--choice", "Non", "--due", "2090-01-01")  # fmt: skip
    with_file = called(data, "project", *vote, "--file", str(Path(__file__)))
    assert with_file.exit_code == 1
    assert "a vote has" in with_file.output
    url = said(data, *vote)["url"]
    objection = ("note", "greta", "rva", "Trop cher.", "--kind", "objection", "--reply-to")
    assert said(data, *objection, url)["kind"] == "objection"
    decided = said(data, "note", "greta", "rva", "Texte", "--kind", "decision", "--title", "Fait")
    late = called(data, "project", *objection, decided["url"])
    assert late.exit_code == 1
    assert "decided" in late.output


def test_an_archive_that_cannot_be_written_is_said_and_leaves_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = called(data, "project", "export", "greta", "rva", str(tmp_path / "no" / "rva.tar"))
    assert nowhere.exit_code == 1
    assert "cannot be written: No such file" in nowhere.output

    async def full(*_: object) -> AsyncIterator[bytes]:
        yield b"first"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("node.commands.projects.export_project", full)
    file = tmp_path / "rva.tar"
    half = called(data, "project", "export", "greta", "rva", str(file))
    assert half.exit_code == 1
    assert "No space left" in half.output
    assert not file.exists()
