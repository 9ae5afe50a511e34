"""`kill -9` while apps write: what was answered is there; asking again doubles nothing."""

import random
import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.clients.media.uploads import picture
from tests.network.conftest import Network
from tests.support.members import Member
from tests.support.processes import NodeProcess, eventually, web

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(300)]
STATUSES = "/api/v1/statuses"
CUTS = 3
SECONDS = 1.5
"""How long the apps write before each cut, about."""
LARGE = (800, 600)
"""A picture that is prepared after the answer."""


@dataclass
class Writer:
    """An app that writes without a pause and notes what was answered."""

    node: NodeProcess
    token: str
    sent: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; raises `httpx.HTTPError` when the answer never came."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return web.request(method, f"{self.node.origin}{path}", headers=headers, **options)

    def get(self, path: str) -> Any:
        """What an address answers."""
        return self.ask("GET", path).raise_for_status().json()

    def post(self, key: str) -> str:
        """Publish the post that this key stands for; its id."""
        return self.publish({"status": self.sent[key]}, **{"Idempotency-Key": key})

    def publish(self, sent: Any, **headers: str) -> str:
        """Publish, or schedule; the id."""
        answer = self.ask("POST", STATUSES, json=sent, headers=headers)
        return str(answer.raise_for_status().json()["id"])

    def write_on(self, stop: threading.Event) -> None:
        """Post until the power goes."""
        while not stop.is_set():
            key = str(uuid.uuid4())
            self.sent[key] = f"Coupure {len(self.sent)}"
            try:
                self.answered[key] = self.post(key)
            except httpx.HTTPError:
                return

    def upload_on(self, stop: threading.Event) -> None:
        """Upload until the power goes."""
        width, height = LARGE
        while not stop.is_set():
            content = picture("blue", (width + len(self.answered), height), "JPEG")
            try:
                answer = self.ask("POST", "/api/v2/media", files={"file": ("a.jpg", content)})
            except httpx.HTTPError:
                return
            assert answer.status_code in (200, 202), answer.text
            self.answered[str(len(self.answered))] = answer.json()["id"]


@contextmanager
def under_way(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """What apps do meanwhile."""
    stop = threading.Event()
    threads = [threading.Thread(target=work, args=(stop,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def cut(node: NodeProcess, seconds: float = SECONDS) -> None:
    """Let the power go at some moment."""
    time.sleep(seconds * (0.5 + random.random()))
    node.kill9()


def test_a_post_asked_for_again_is_there_exactly_once(network: Network) -> None:
    node = network.node()
    writer = Writer(node, Member(node).token)
    for _ in range(CUTS):
        with under_way(writer.write_on):
            cut(node)
        node.start()
        for key in list(writer.sent):
            again = writer.post(key)
            assert writer.answered.setdefault(key, again) == again
    assert len(writer.answered) > CUTS
    found: Counter[str] = Counter()
    me = writer.get("/api/v1/accounts/verify_credentials")["id"]
    path = f"/api/v1/accounts/{me}/statuses?limit=40"
    while page := writer.get(path):
        found.update(status["id"] for status in page)
        path = f"/api/v1/accounts/{me}/statuses?limit=40&max_id={page[-1]['id']}"
    assert found == Counter(writer.answered.values())


def test_an_upload_that_was_taken_is_ready_after_the_cut(network: Network) -> None:
    node = network.node()
    writer = Writer(node, Member(node).token)
    for _ in range(CUTS - 1):
        with under_way(writer.upload_on):
            cut(node)
        node.start()
    assert writer.answered

    def ready() -> bool:
        found = [writer.ask("GET", f"/api/v1/media/{n}") for n in writer.answered.values()]
        assert {answer.status_code for answer in found} <= {200, 206}
        return all(answer.status_code == httpx.codes.OK for answer in found)

    eventually(ready, what="every upload")
    several = list(writer.answered.values())[-4:]
    number = writer.publish({"status": "Les voici", "media_ids": several})
    status = writer.get(f"{STATUSES}/{number}")
    assert [media["id"] for media in status["media_attachments"]] == several
    for media in status["media_attachments"]:
        file = web.get(media["url"].replace(node.base_url, node.origin))
        assert file.status_code == httpx.codes.OK


def test_what_was_scheduled_is_published_exactly_once(network: Network) -> None:
    node = network.node()
    writer = Writer(node, Member(node).token)
    later = (datetime.now(UTC) + timedelta(minutes=6)).isoformat()
    texts = {f"À l'heure {number}" for number in range(12)}
    for text in texts:
        writer.publish({"status": text, "scheduled_at": later})
    node.kill9()
    let_the_hour_strike(node)

    def published() -> Counter[str]:
        me = writer.get("/api/v1/accounts/verify_credentials")["id"]
        page = writer.get(f"/api/v1/accounts/{me}/statuses?limit=40")
        return Counter(status["content"] for status in page)

    for _ in range(CUTS):
        node.start()
        cut(node, 0.2)
    node.start()
    eventually(lambda: published().total() >= len(texts), what="every scheduled post")
    time.sleep(1)
    assert sorted(published().values()) == [1] * len(texts)
    assert writer.get("/api/v1/scheduled_statuses") == []


def test_votes_favourites_and_follows_that_were_answered_stay(network: Network) -> None:
    node = network.node()
    asso = Writer(node, Member(node).token)
    node.run("member", "add", "lectrice")
    reader = Writer(node, Member(node, "lectrice").token)
    poll = {"options": ["oui", "non"], "expires_in": 3_600}
    polls = [asso.publish({"status": f"Vote {n}", "poll": poll}) for n in range(60)]
    me = asso.get("/api/v1/accounts/verify_credentials")["id"]
    left = iter(polls)

    def react(stop: threading.Event) -> None:
        while not stop.is_set() and (number := next(left, None)) is not None:
            for act, path in (
                ("follow", f"/api/v1/accounts/{me}/follow"),
                ("vote", f"/api/v1/polls/{number}/votes"),
                ("favourite", f"{STATUSES}/{number}/favourite"),
                ("bookmark", f"{STATUSES}/{number}/bookmark"),
            ):
                sent = {"choices": [1]} if act == "vote" else {}
                try:
                    reader.ask("POST", path, json=sent).raise_for_status()
                except httpx.HTTPError:
                    return
                reader.answered[f"{act} {number}"] = number

    for _ in range(CUTS):
        with under_way(react):
            cut(node, 0.5)
        node.start()
    assert len(reader.answered) > CUTS
    for done, number in reader.answered.items():
        status = reader.get(f"{STATUSES}/{number}")
        if done.startswith("vote"):
            assert status["poll"]["own_votes"] == [1]
            assert status["poll"]["votes_count"] == 1
        elif done.startswith("favourite"):
            assert (status["favourited"], status["favourites_count"]) == (True, 1)
        elif done.startswith("bookmark"):
            assert status["bookmarked"]
    path = f"/api/v1/accounts/relationships?id={me}"
    eventually(lambda: reader.get(path)[0]["following"], what="the follow")
    assert asso.get("/api/v1/accounts/verify_credentials")["followers_count"] == 1


def let_the_hour_strike(node: NodeProcess) -> None:
    """Move what waits for its hour into the past, as if the node had long been down."""
    with closing(sqlite3.connect(node.data / "communotic.db")) as database, database:
        database.execute("update scheduled set scheduled_at = scheduled_at - 3600000")
