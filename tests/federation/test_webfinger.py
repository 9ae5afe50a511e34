"""Names: read in every spelling, asked for, and agreed upon both ways."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from federation.client import HttpClient
from federation.documents import Document
from federation.errors import FederationError, Gone, Unreachable, Untrusted
from federation.vocabulary import LD_JSON
from federation.webfinger import (
    WebFingerAnswer,
    account_jrd,
    confirm,
    parse_acct,
    resolve,
    server_jrd,
)
from tests.support.hostile import Behaviour, HostileServer, answer, loopback_client, redirect

PATH = "/.well-known/webfinger"


@pytest.fixture
async def server() -> AsyncIterator[HostileServer]:
    async with HostileServer() as started:
        yield started


@pytest.fixture
async def other() -> AsyncIterator[HostileServer]:
    async with HostileServer() as started:
        yield started


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    made = loopback_client()
    yield made
    await made.aclose()


@pytest.mark.parametrize(
    "text",
    [
        "amina@atelier.example",
        "@amina@atelier.example",
        "!amina@atelier.example",
        "acct:amina@Atelier.Example.",
        "  @amina@ATELIER.example ",
    ],
)
def test_a_name_is_read_in_every_spelling(text: str) -> None:
    assert parse_acct(text) == ("amina", "atelier.example")


def test_a_name_keeps_its_port_and_its_letters() -> None:
    assert parse_acct("@Amina.L-2_x@127.0.0.1:8081") == ("Amina.L-2_x", "127.0.0.1:8081")
    assert parse_acct("zoé@bücher.example") == ("zoé", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "amina",
        "@amina",
        "amina@",
        "@@atelier.example",
        "a@b@atelier.example",
        "a b@atelier.example",
        "a/b@atelier.example",
        "amina@atelier.example/path",
        "https://atelier.example/users/amina",
        "amina@user:pw@atelier.example",
        "x" * 200 + "@atelier.example",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(Untrusted):
        parse_acct(text)


async def test_a_name_leads_to_its_actor(server: HostileServer, client: HttpClient) -> None:
    actor = server.url("/users/amina")
    template = server.url("/follow?uri={uri}")
    _know(server, "amina", actor, subscribe_template=template)
    found = await resolve(client, f"@Amina@{_host(server)}")
    assert found == WebFingerAnswer(f"amina@{_host(server)}", actor, template)
    resource = f"acct%3AAmina%40127.0.0.1%3A{server.port}"
    assert server.asked[0].target == f"{PATH}?resource={resource}"
    assert server.asked[0].headers["accept"].startswith("application/jrd+json")


async def test_a_subject_on_another_host_has_to_be_confirmed_there(
    server: HostileServer, other: HostileServer, client: HttpClient
) -> None:
    actor = other.url("/users/amina")
    server.on(PATH, _json(account_jrd(acct=f"amina@{_host(other)}", actor_url=actor)))
    _know(other, "amina", actor)
    found = await resolve(client, f"amina@{_host(server)}")
    assert (found.subject, found.actor_url) == (f"amina@{_host(other)}", actor)
    _know(other, "amina", other.url("/users/somebody-else"))
    with pytest.raises(Untrusted, match="another actor"):
        await resolve(client, f"amina@{_host(server)}")
    _know(other, "somebody-else", actor)
    with pytest.raises(Untrusted, match="not confirmed"):
        await resolve(client, f"amina@{_host(server)}")
    other.on(PATH, answer(404))
    with pytest.raises(Gone):
        await resolve(client, f"amina@{_host(server)}")


async def test_a_chain_of_subjects_is_followed_once_only(
    server: HostileServer, other: HostileServer, client: HttpClient
) -> None:
    async with HostileServer() as third:
        actor = third.url("/users/amina")
        for here, there in ((server, other), (other, third)):
            here.on(PATH, _json(account_jrd(acct=f"amina@{_host(there)}", actor_url=actor)))
        _know(third, "amina", actor)
        with pytest.raises(Untrusted, match="not confirmed"):
            await resolve(client, f"amina@{_host(server)}")
        assert third.connections == 0


async def test_the_well_known_address_may_redirect(
    server: HostileServer, other: HostileServer, client: HttpClient
) -> None:
    server.on(PATH, redirect(other.url(PATH)))
    actor = other.url("/users/amina")
    other.on(PATH, _json(account_jrd(acct=f"amina@{_host(server)}", actor_url=actor)))
    assert (await resolve(client, f"amina@{_host(server)}")).actor_url == actor


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-y"])
async def test_any_content_type_is_read_if_it_is_json(
    server: HostileServer, client: HttpClient, content_type: str
) -> None:
    actor = server.url("/users/amina")
    link = {"rel": "self", "type": LD_JSON, "href": actor}
    jrd = {"links": [{"rel": "self", "type": "text/html", "href": "https://x.example/"}, 7, link]}
    server.on(PATH, answer(200, json.dumps(jrd).encode(), {"Content-Type": content_type}))
    found = await resolve(client, f"amina@{_host(server)}")
    assert found == WebFingerAnswer(f"amina@{_host(server)}", actor, None)


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (answer(404), Gone),
        (answer(410), Gone),
        (answer(500), Unreachable),
        (answer(200, b"<html>"), Untrusted),
        (answer(200, b"{}"), Untrusted),
        (answer(200, b'{"links": [{"rel": "self", "href": "https://a.example/"}]}'), Untrusted),
        (answer(200, b"{}" + b" " * 100_000), Untrusted),
    ],
)
async def test_an_answer_without_an_actor_is_a_failure_of_its_kind(
    server: HostileServer, client: HttpClient, behaviour: Behaviour, failure: type[FederationError]
) -> None:
    server.on(PATH, behaviour)
    with pytest.raises(failure):
        await resolve(client, f"amina@{_host(server)}")


@pytest.mark.parametrize(
    ("subject", "href"),
    [
        ("acct:a@b@c", "https://a.example/users/a"),
        ("acct:a@127.0.0.1\\@evil.example", "https://a.example/users/a"),
        ("acct:", "https://a.example/users/a"),
        (None, "javascript:alert(1)"),
        (None, "file:///etc/passwd"),
    ],
)
async def test_hostile_subjects_and_links_are_refused(
    server: HostileServer, client: HttpClient, subject: str | None, href: str
) -> None:
    link = {"rel": "self", "type": "application/activity+json", "href": href}
    server.on(PATH, _json({"subject": subject, "links": [link]}))
    with pytest.raises(FederationError):
        await resolve(client, f"a@{_host(server)}")


@pytest.mark.parametrize(
    "template", ["javascript:{uri}", "https://a.example/", "data:text/html,{uri}", "{uri}", ""]
)
async def test_an_unusable_subscribe_template_is_left_out(
    server: HostileServer, client: HttpClient, template: str
) -> None:
    _know(server, "amina", server.url("/users/amina"), subscribe_template=template)
    assert (await resolve(client, f"amina@{_host(server)}")).subscribe_template is None


async def test_https_is_tried_too_where_plain_http_is_allowed(client: HttpClient) -> None:
    async with HostileServer() as gone:
        host = _host(gone)
    with pytest.raises(Unreachable) as failure:
        await resolve(client, f"amina@{host}")
    assert failure.value.url.startswith("https://")


async def test_an_actor_and_its_name_agree_both_ways(
    server: HostileServer, client: HttpClient
) -> None:
    actor = Document({"id": server.url("/users/amina"), "preferredUsername": "amina"})
    _know(server, "amina", server.url("/users/amina"))
    assert await confirm(client, actor) == f"amina@{_host(server)}"


async def test_an_actor_that_its_name_does_not_lead_to_is_refused(
    server: HostileServer, client: HttpClient
) -> None:
    impostor = Document({"id": server.url("/users/impostor"), "preferredUsername": "amina"})
    _know(server, "amina", server.url("/users/amina"))
    with pytest.raises(Untrusted, match="belongs to"):
        await confirm(client, impostor)
    with pytest.raises(Untrusted, match="without a name"):
        await confirm(client, Document({"id": server.url("/users/amina")}))
    with pytest.raises(Untrusted, match="without an id"):
        await confirm(client, Document({"preferredUsername": "amina"}))


async def test_the_webfinger_property_is_believed_when_its_host_agrees(
    server: HostileServer, other: HostileServer, client: HttpClient
) -> None:
    """FEP-2c59: the name may live on another host than the actor."""
    actor = Document(
        {
            "id": server.url("/users/1"),
            "preferredUsername": "amina",
            "webfinger": f"zoe@{_host(other)}",
        }
    )
    _know(other, "zoe", server.url("/users/1"))
    assert await confirm(client, actor) == f"zoe@{_host(other)}"
    _know(other, "zoe", other.url("/users/zoe"))
    _know(server, "amina", server.url("/users/1"))
    assert await confirm(client, actor) == f"amina@{_host(server)}"
    server.on(PATH, answer(404))
    with pytest.raises(Gone):
        await confirm(client, actor)


def test_our_answer_about_an_account_says_all_that_others_look_for() -> None:
    jrd = account_jrd(
        acct="amina@atelier.example",
        actor_url="https://atelier.example/users/amina",
        profile_url="https://atelier.example/@amina",
        aliases=["https://atelier.example/@amina", "https://old.example/users/amina"],
        avatar=("image/png", "https://atelier.example/media/1.png"),
        subscribe_template="https://atelier.example/authorize_interaction?uri={uri}",
    )
    assert jrd == {
        "subject": "acct:amina@atelier.example",
        "aliases": [
            "https://atelier.example/users/amina",
            "https://atelier.example/@amina",
            "https://old.example/users/amina",
        ],
        "links": [
            {
                "rel": "self",
                "type": "application/activity+json",
                "href": "https://atelier.example/users/amina",
            },
            {
                "rel": "http://webfinger.net/rel/profile-page",
                "type": "text/html",
                "href": "https://atelier.example/@amina",
            },
            {
                "rel": "http://webfinger.net/rel/avatar",
                "type": "image/png",
                "href": "https://atelier.example/media/1.png",
            },
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": "https://atelier.example/authorize_interaction?uri={uri}",
            },
        ],
    }


def test_our_answer_about_the_server_names_its_actor() -> None:
    jrd = server_jrd(base_url="https://atelier.example/", actor_url="https://atelier.example/actor")
    assert jrd["links"] == [
        {
            "rel": "https://www.w3.org/ns/activitystreams#Service",
            "type": "application/activity+json",
            "href": "https://atelier.example/actor",
        }
    ]


def _host(server: HostileServer) -> str:
    return f"{server.host}:{server.port}"


def _know(server: HostileServer, username: str, actor_url: str, **more: Any) -> None:
    jrd = account_jrd(acct=f"{username}@{_host(server)}", actor_url=actor_url, **more)
    server.on(PATH, _json(jrd))


def _json(value: object) -> Behaviour:
    return answer(200, json.dumps(value).encode(), {"Content-Type": "application/jrd+json"})
