"""toot, a client for the command line, against two running nodes."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients_real.world import TOOT, Person, World, picture
from tests.support.processes import LOOPBACK, eventually

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Toot:
    """toot as one person has it, with its own settings."""

    person: Person
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """A place for its settings, and no proxy in between."""
        return {"XDG_CONFIG_HOME": str(self.folder), "NO_PROXY": LOOPBACK, "HOME": str(self.folder)}

    def log_in(self) -> None:
        """`toot login`, with the code from the page that it names."""
        program = subprocess.Popen(
            [str(TOOT), "login", "--instance", self.person.node.base_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )
        assert program.stdin is not None
        assert program.stdout is not None
        lines = iter(program.stdout.readline, "")
        url = next(line.strip() for line in lines if line.startswith("http"))
        said, _ = program.communicate(f"n\n{self.person.agree(url)}\n", timeout=60)
        assert program.returncode == 0, said
        assert "Successfully logged in" in said

    def run(self, *arguments: str) -> str:
        """One command; what it prints."""
        done = subprocess.run(
            [str(TOOT), *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"toot {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, *arguments: str) -> Any:
        """One command; its answer as JSON."""
        return json.loads(self.run(*arguments, "--json"))

    def timeline(self, *which: str) -> list[Any]:
        """A page of a timeline."""
        return list(self.ask("timelines", *which, "--no-pager", "--no-clear"))


@pytest.fixture(scope="module")
def both(
    world: World, libraries: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Toot, Toot]:
    """Two people who are logged in, one on each node."""
    made = [Toot(one, tmp_path_factory.mktemp("toot")) for one in world.people("toot")]
    for one in made:
        one.log_in()
    return made[0], made[1]


@pytest.fixture(scope="module")
def home(both: tuple[Toot, Toot]) -> Toot:
    return both[0]


@pytest.fixture(scope="module")
def away(both: tuple[Toot, Toot]) -> Toot:
    return both[1]


@pytest.fixture(scope="module")
def friends(home: Toot, away: Toot) -> str:
    """One follows the other; the name of the other."""
    name = away.person.acct
    found = home.ask("search", "--resolve", name)
    assert [one["acct"] for one in found["accounts"]] == [name]
    home.run("follow", name)
    mine = home.person.acct
    eventually(
        lambda: mine in [one["acct"] for one in away.ask("followers", away.person.username)],
        every=0.5,
        what="the follow",
    )
    return name


def test_it_knows_who_it_is_and_where(home: Toot) -> None:
    assert home.ask("whoami")["username"] == home.person.username
    assert "asso" in home.run("instance").lower() or home.run("instance")
    assert home.ask("instance")["uri"]
    assert home.person.username in home.run("auth")


def test_it_changes_the_profile(home: Toot) -> None:
    home.run("update-account", "--display-name", "Amina B.", "--note", "Formatrice")
    assert home.ask("whoami")["display_name"] == "Amina B."


def test_it_posts_reads_marks_and_deletes(home: Toot) -> None:
    post = home.ask("post", "Bonjour #essai", "--language", "fr", "--visibility", "public")
    number = post["id"]
    answer = home.ask("post", "Une réponse", "--reply-to", number)
    thread = home.ask("thread", number)
    assert [one["id"] for one in thread["descendants"]] == [answer["id"]]
    for act, field in (("favourite", "favourited"), ("bookmark", "bookmarked"), ("pin", "pinned")):
        assert home.ask(act, number)[field]
    assert home.ask("reblog", number)["reblog"]["reblogged"]
    assert [one["acct"] for one in home.ask("reblogged-by", number)] == [home.person.username]
    for act in ("unfavourite", "unbookmark", "unpin", "unreblog"):
        home.run(act, number)
    assert not home.ask("status", number)["favourited"]
    assert [one["id"] for one in home.timeline("home")][:2] == [answer["id"], number]
    assert home.timeline("public", "--local")
    home.run("delete", answer["id"])
    assert answer["id"] not in [one["id"] for one in home.timeline("home")]


def test_it_posts_a_picture_and_a_poll(home: Toot, tmp_path: Path) -> None:
    file = tmp_path / "carre.png"
    file.write_bytes(bytes.fromhex(picture()))
    post = home.ask("post", "Une image", "--media", str(file), "--description", "Un carré")
    assert post["media_attachments"][0]["description"] == "Un carré"
    poll = home.ask("post", "Et vous ?", "--poll-option", "Oui", "--poll-option", "Non")["poll"]
    assert [option["title"] for option in poll["options"]] == ["Oui", "Non"]
    home.run("polls", "show", poll["id"])


def test_it_sees_whom_it_follows_and_they_hear_of_it(home: Toot, away: Toot, friends: str) -> None:
    away.run("post", "Un mot de loin")

    def seen() -> list[str]:
        return [one["id"] for one in home.timeline("home") if "de loin" in one["content"]]

    (number,) = eventually(seen, every=0.5, what="the followed post")
    home.run("favourite", number)
    home.run("reblog", number)
    home.run("post", f"@{friends} bien reçu", "--reply-to", number)
    wanted = {"follow", "favourite", "reblog", "mention"}
    eventually(
        lambda: wanted <= {one["type"] for one in away.ask("notifications")},
        every=0.5,
        what="the notifications",
    )
    assert {one["type"] for one in away.ask("notifications", "--type", "follow")} == {"follow"}
    away.run("notifications", "--clear")
    assert away.ask("notifications") == []


def test_it_keeps_lists_and_tags(home: Toot, away: Toot, friends: str) -> None:
    made = home.ask("lists", "create", "Collègues")
    home.run("lists", "add", "Collègues", friends)
    assert friends in home.run("lists", "accounts", "Collègues")
    away.run("post", "Pour la liste")
    eventually(
        lambda: any("Pour la liste" in one["content"] for one in home.timeline("list", made["id"])),
        every=0.5,
        what="the list shows the post",
    )
    home.run("lists", "delete", "Collègues")
    home.run("tags", "follow", "ailleurs")
    assert "ailleurs" in home.run("tags", "followed")
    home.run("tags", "unfollow", "ailleurs")


def test_it_mutes_and_blocks(home: Toot, friends: str) -> None:
    home.run("mute", friends)
    assert friends in home.run("muted")
    home.run("unmute", friends)
    home.run("block", friends)
    assert friends in home.run("blocked")
    home.run("unblock", friends)


def test_it_searches(home: Toot) -> None:
    found = home.ask("search", "--type", "hashtags", "essai")
    assert [tag["name"] for tag in found["hashtags"]] == ["essai"]
