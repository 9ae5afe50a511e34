"""Where apps want to be told while they are closed."""

from typing import Any

import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.push import Telephone

PATH = "/api/v1/push/subscription"


async def test_a_subscription_is_made_read_changed_and_ended(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await app.get(PATH, expect=404)
    made = await app.post(PATH, json=Telephone().subscription("mention", "admin.sign_up"))
    assert [name for name, on in made["alerts"].items() if on] == ["mention", "admin.sign_up"]
    assert (made["standard"], made["policy"], len(made["server_key"])) == (True, "all", 87)
    assert await app.get(PATH) == made
    changed = await app.put(
        PATH, form={"data[alerts][poll]": "true", "data[alerts][mention]": "0", "policy": "none"}
    )
    assert [name for name, on in changed["alerts"].items() if on] == ["poll"]
    assert (changed["policy"], changed["id"]) == ("none", made["id"])
    kept = await app.put(PATH, json={"data": {"policy": "followed"}})
    assert (kept["policy"], kept["alerts"]) == ("followed", changed["alerts"])
    assert await app.delete(PATH) == {}
    await app.get(PATH, expect=404)
    await app.put(PATH, json={"data": {}}, expect=404)
    await app.delete(PATH)


async def test_forms_say_the_same(node: LocalNode) -> None:
    phone = Telephone()
    keys = phone.subscription()["subscription"]["keys"]
    made = await (await app_of(node, "amina")).post(
        PATH,
        form={
            "subscription[endpoint]": phone.endpoint,
            "subscription[keys][p256dh]": keys["p256dh"] + "=",
            "subscription[keys][auth]": keys["auth"] + "==",
            "data[alerts][admin.report]": "1",
        },
    )
    assert made["standard"] is False
    assert [name for name, on in made["alerts"].items() if on] == ["admin.report"]


async def test_each_token_has_one_subscription_of_its_own(node: LocalNode) -> None:
    one, other = await app_of(node, "amina"), await app_of(node, "amina")
    first = await one.post(PATH, json=Telephone().subscription("poll"))
    again = await one.post(PATH, json=Telephone("https://push.example/2").subscription("poll"))
    assert (first["id"] == again["id"], await node.count("push_subscriptions")) == (False, 1)
    await other.get(PATH, expect=404)
    await other.post(PATH, json=Telephone().subscription("poll"))
    await one.delete(PATH)
    await other.get(PATH)


async def test_the_scope_is_needed(node: LocalNode) -> None:
    app = await app_of(node, "amina", scopes="read write follow")
    await app.get(PATH, expect=403)
    await app.post(PATH, json=Telephone().subscription(), expect=403)
    await App(node).delete(PATH, expect=401)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "x",
        "http://push.example/a",
        "https://127.0.0.1/a",
        "https://10.0.0.1:8443/a",
        "https://[::1]/a",
        "https://169.254.169.254/latest",
        "https://localhost/a",
        "https://user@push.example/a",
        "ftp://push.example/a",
        "https://push.example/" + "a" * 3000,
    ],
)
async def test_nothing_is_sent_to_addresses_inside(node: LocalNode, endpoint: str) -> None:
    app = await app_of(node, "amina")
    await app.post(PATH, json=Telephone(endpoint).subscription(), expect=422)
    assert await node.count("push_subscriptions") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"subscription": "x"},
        {"subscription": {"endpoint": "https://push.example/a"}},
        {"subscription": {"endpoint": "https://push.example/a", "keys": {"auth": "é"}}},
        {"data": {"policy": "x"}},
        {"data": {"alerts": "x"}},
    ],
)
async def test_what_is_no_subscription_is_refused(node: LocalNode, wrong: Any) -> None:
    app = await app_of(node, "amina")
    base = Telephone().subscription("poll") if "data" in wrong else {}
    await app.post(PATH, json={**base, **wrong}, expect=422)
