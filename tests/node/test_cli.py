"""The command line, whose names others script against."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from config.load import load_settings
from node.cli import COMMANDS, data_first
from node.services import open_services
from storage.ids import new_id
from storage.records import DeliveryRecord
from tests.node.nodes import DOMAIN, called, made

ORIGIN = f"http://{DOMAIN}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of a new node."""
    return made(tmp_path / "node")


def test_the_contract_of_names_is_kept() -> None:
    assert set(COMMANDS) == {
        "init", "run", "web", "worker", "member", "token", "post", "publish", "follow",
        "unfollow", "timeline", "deliveries", "inbox", "migrate", "doctor", "backup", "restore",
        "tokens", "profile", "domain", "reports", "audit", "mail", "vocabulary", "import",
        "network", "reindex", "announce", "emoji", "project",
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [["--data", "D", "run", "--bind", "x"], ["run", "--bind", "x", "--data", "D"],
     ["run", "--data=D", "--bind", "x"]],
)  # fmt: skip
def test_the_data_directory_may_be_named_before_or_after_the_command(words: list[str]) -> None:
    assert data_first(words) == ["--data", "D", "run", "--bind", "x"]


def test_a_text_after_two_dashes_is_never_taken_for_an_option() -> None:
    assert data_first(["post", "a", "--", "--data", "x"]) == ["post", "a", "--", "--data", "x"]


def test_init_makes_a_private_directory_once(data: Path) -> None:
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "communotic.db").stat().st_mode) == 0o600
    again = called(data, "init", "--domain", "other.example")
    assert again.exit_code == 1
    assert "already" in again.output


def test_init_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    bad = called(tmp_path / "n", "init", "--domain", "a.example", "--username", "Été !")
    assert bad.exit_code == 1
    assert not (tmp_path / "n").exists()
    taken = called(tmp_path / "n", "init", "--domain", "a.example", "--username", "root")
    assert taken.exit_code == 1
    unsafe = called(tmp_path / "n", "init", "--domain", "a.example", "--scheme", "http")
    assert unsafe.exit_code == 1
    assert "development" in unsafe.output


def test_members_are_added_listed_changed_and_removed(data: Path) -> None:
    added = called(
        data, "member", "add", "marie", "--name", "Marie Lefèvre", "--email", "m@example.org",
        "--password-stdin", "--role", "editor", said="correct horse battery\n",
    )  # fmt: skip
    assert added.stdout.strip() == f"{ORIGIN}/users/marie"
    assert called(data, "member", "role", "marie", "admin").exit_code == 0
    rows = json.loads(called(data, "member", "list", "--json").stdout)
    assert [(r["username"], r["role"]) for r in rows] == [("greta", "admin"), ("marie", "admin")]
    assert called(data, "member", "remove", "marie", "--yes").exit_code == 0
    assert [r["username"] for r in json.loads(called(data, "member", "list", "--json").stdout)] == [
        "greta"
    ]
    again = called(data, "member", "add", "marie")
    assert again.exit_code == 1
    assert "never given twice" in again.output


def test_a_short_password_is_refused(data: Path) -> None:
    result = called(data, "member", "add", "marie", "--password-stdin", said="court\n")
    assert result.exit_code == 2
    assert "at least 10" in result.output


def test_a_token_is_printed_alone(data: Path) -> None:
    token = called(data, "token", "greta").stdout
    assert token.count("\n") == 1
    assert len(token.strip()) >= 40
    assert called(data, "token", "greta", "--scopes", "everything").exit_code == 1
    assert called(data, "token", "nobody").exit_code == 1


def test_post_prints_the_address_and_the_author_sees_it(data: Path) -> None:
    url = called(data, "post", "greta", "Bonjour #afest").stdout.strip()
    assert url.startswith(f"{ORIGIN}/objects/")
    reply = called(data, "post", "greta", "Encore", "--reply-to", url, "--visibility", "unlisted")
    assert reply.exit_code == 0, reply.output
    missing = called(data, "post", "greta", "x", "--reply-to", f"{ORIGIN}/objects/1")
    assert missing.exit_code == 1
    assert called(data, "post", "greta", "x", "--visibility", "secret").exit_code == 2


def test_publish_makes_an_article_of_a_markdown_file(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("---\ntitle: Une classe\nsummary: En bref\ntags: afest\n---\nDu **gras**.\n")
    result = called(data, "publish", "greta", str(page), "--json")
    assert json.loads(result.stdout)["url"].startswith(ORIGIN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sans titre", "has no title"),
        ("---\ntitle: [\n---\nx", "not valid YAML"),
        ("---\ntitle: x\nvisibility: all\n---\nx", "visibility"),
    ],
)
def test_a_file_that_cannot_be_an_article_says_why(
    data: Path, tmp_path: Path, text: str, said: str
) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    result = called(data, "publish", "greta", str(page))
    assert result.exit_code == 1
    assert said in result.output


def test_a_member_follows_another_of_the_same_node(data: Path) -> None:
    called(data, "member", "add", "marie")
    followed = called(data, "follow", "greta", f"marie@{DOMAIN}")
    assert followed.stdout.startswith(f"{ORIGIN}/activities/")
    assert "Not followed any more" in called(data, "unfollow", "greta", f"marie@{DOMAIN}").output
    assert "Was not followed" in called(data, "unfollow", "greta", f"marie@{DOMAIN}").output
    assert called(data, "follow", "greta", f"greta@{DOMAIN}").exit_code == 1


def test_an_unreachable_account_ends_with_a_sentence(data: Path) -> None:
    result = called(data, "follow", "greta", "x@127.0.0.1:9")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_the_queues_can_be_looked_at_and_retried(data: Path) -> None:
    assert json.loads(called(data, "deliveries", "--json").stdout) == []
    assert json.loads(called(data, "inbox", "failed", "--json").stdout) == []
    assert "0 deliveries" in called(data, "deliveries", "--retry").output
    assert "0 deliveries" in called(data, "deliveries", "retry", "--host", "x").output
    assert "0 activities" in called(data, "inbox", "retry").output


async def deliver(data: Path, url: str, *hosts: str) -> None:
    """Log deliveries of an object to these hosts; the inbox at b.example is gone."""
    services = await open_services(load_settings(data, {}))
    async with services.store.transaction() as tx:
        record = await tx.objects.by_url(url)
        assert record is not None
        [about] = await tx.connection.fetch_all(
            "select id from activities where object_id = $1", record.id
        )
        await tx.deliveries.add_all(
            [
                DeliveryRecord(
                    new_id(), about["id"], record.actor_id, f"https://{host}/inbox", host,
                    "waiting", 0, 0, 0, None, "", services.now(), None,
                )
                for host in hosts
            ]
        )  # fmt: skip
        await tx.deliveries.cancel_inbox("https://b.example/inbox", services.now(), "gone")
    await services.close()


def test_where_one_object_went_can_be_asked(data: Path) -> None:
    one, other = (called(data, "post", "greta", text).stdout.strip() for text in ("Un", "Deux"))
    asyncio.run(deliver(data, one, "a.example", "b.example"))
    asyncio.run(deliver(data, other, "a.example"))

    def hosts(*words: str) -> list[str]:
        return [row["host"] for row in json.loads(called(data, "deliveries", *words).stdout)]

    assert hosts("--json") == ["a.example", "b.example", "a.example"]
    assert hosts("--object", one, "--json") == ["b.example", "a.example"]
    assert hosts("--object", one, "--state", "cancelled", "--json") == ["b.example"]
    assert hosts("--object", one, "--host", "a.example", "--json") == ["a.example"]
    assert hosts("--object", one, "--limit", "1", "--json") == ["b.example"]
    [line] = called(data, "deliveries", "--object", other).stdout.splitlines()
    assert "Create   https://a.example/inbox" in line


def test_an_object_that_is_not_here_has_no_log(data: Path) -> None:
    missing = called(data, "deliveries", "--object", f"{ORIGIN}/objects/1")
    assert missing.exit_code == 1
    assert f"no object {ORIGIN}/objects/1" in missing.output
    both = called(data, "deliveries", "--retry", "--object", f"{ORIGIN}/objects/1")
    assert both.exit_code == 1
    assert "--object" in both.output


def test_migrate_says_when_there_is_nothing_to_do(data: Path) -> None:
    assert "up to date" in called(data, "migrate").output


def test_a_directory_without_a_node_says_so(tmp_path: Path) -> None:
    result = called(tmp_path, "timeline", "greta")
    assert result.exit_code == 1
    assert "communotic init" in result.output
