"""A crowd at the door of a project, over real sockets: others go on working meanwhile."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.network.conftest import Network
from tests.network.test_projects_fedify import Space

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(300)]
ACTORS = 120
Json = dict[str, Any]


def test_a_thousand_requests_a_minute_keep_nobody_from_writing(network: Network) -> None:
    space = Space(network.node("porteuse"), network.node("centre"))
    crowd = network.crowd(ACTORS)
    inbox = f"{space.host.base_url}/users/projet/inbox"

    def knock(order: tuple[int, str]) -> int:
        number, kind = order
        actor = crowd.actor_id(number)
        activity: Json = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{actor}/activities/{uuid.uuid4()}",
            "type": kind,
            "actor": actor,
            "object": space.url,
        }
        if kind == "Offer":
            wanted = {"type": "Add", "object": actor, "target": f"{space.url}/members"}
            activity |= {"target": space.url, "object": {**wanted, "cmt:role": "lead"}}
        return int(crowd.do("send", actor=number, inbox=inbox, activity=activity)["status"])

    rounds = ("Join", "Offer", "Leave", "Join", "Leave", "Join")
    orders = [(number, kind) for kind in rounds for number in range(1, ACTORS + 1)]
    started = time.monotonic()
    with ThreadPoolExecutor(8) as hands:
        knocking = [hands.submit(knock, order) for order in orders]
        note = space.write(space.partner, "Pendant ce temps")
        space.wait_entry(space.partner, note)
        answered = time.monotonic() - started
        statuses = {done.result() for done in knocking}
    assert statuses <= {202, 429}
    assert answered < 30
    space.wait_entry(space.host, space.write(space.host, "Après coup"))
    strangers = [name for name in space.members() if f":{crowd.port}" in name]
    assert len(strangers) <= 20
    rows = space.partner.ask("project", "members", space.partner.username, space.url)
    assert len(rows) <= 2 + 20
