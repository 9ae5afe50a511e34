"""Every door of administration, found in the application itself: who may enter, with which form."""

import re
from collections.abc import Iterator

import pytest
from quart import Quart

from tests.support.fediverse import LocalNode
from tests.support.signed_in import signed_in

EDITORS_TOO = {"/admin/review"}
SAMPLES = {"username": "nour", "number": "1"}


def doors(app: Quart, method: str) -> Iterator[str]:
    """Every path of administration that takes a method, names and numbers filled in."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin") and method in (rule.methods or ()):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda m: SAMPLES.get(m[1], "x"), rule.rule)


async def test_there_are_doors_to_test(node: LocalNode) -> None:
    assert len(set(doors(node.app, "GET"))) >= 18
    assert len(set(doors(node.app, "POST"))) >= 18


async def test_strangers_are_sent_to_the_page_where_one_signs_in(node: LocalNode) -> None:
    client = node.app.test_client()
    for path in doors(node.app, "GET"):
        answer = await client.get(path)
        assert (answer.status_code, path) == (303, path)
        assert answer.headers["Location"].startswith("/sign-in?next=/admin")
    for path in doors(node.app, "POST"):
        answer = await client.post(path, form={})
        assert (answer.status_code, path) == (303, path)


@pytest.mark.parametrize("role", ["reader", "member", "editor"])
async def test_nobody_but_administrators_enters(node: LocalNode, role: str) -> None:
    await node.person("nour")
    client = await signed_in(node, "marie", role=role)
    for method in ("GET", "POST"):
        for path in doors(node.app, method):
            allowed = role == "editor" and path in EDITORS_TOO
            call = client.get(path) if method == "GET" else client.post(path, form={})
            answer = await call
            assert (answer.status_code == 200) == allowed, (method, path, answer.status_code)
            assert allowed or answer.status_code == 403, (method, path, answer.status_code)


async def test_administrators_see_every_page(node: LocalNode) -> None:
    await node.person("nour")
    client = await signed_in(node, "lea", role="admin")
    for path in doors(node.app, "GET"):
        answer = await client.get(path)
        if re.search(r"/(1|x)(/|$)", path):  # there is nothing under this number
            assert answer.status_code in (303, 404), (path, answer.status_code)
            continue
        assert answer.status_code in (200, 303), (path, answer.status_code)
        if path != "/admin/imports/template.csv":  # the same for everybody
            assert "no-store" in answer.headers["Cache-Control"], path


async def test_no_form_of_administration_is_believed_without_its_token(node: LocalNode) -> None:
    await node.person("nour")
    client = await signed_in(node, "lea", role="admin")
    for path in doors(node.app, "POST"):
        answer = await client.post(path, form={"_csrf": "guessed"})
        assert (answer.status_code, path) == (403, path)
    assert await node.count("audit_log") == 1  # the first run


@pytest.mark.parametrize(
    "path",
    [
        "/admin/members/nobody",
        "/admin/members/greta",
        "/admin/departures/nobody",
        "/admin/deliveries/999",
        "/admin/deliveries/99999999999999999999",
        "/admin/reports/1",
        "/admin/reports/x",
        "/admin/audit?before=-1",
    ],
)
async def test_what_does_not_exist_is_said_so(node: LocalNode, path: str) -> None:
    client = await signed_in(node, "lea", role="admin")
    assert (await client.get(path)).status_code == 404
