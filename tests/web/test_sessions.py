"""The session in the browser: cookie, roles, forms, the way back."""

import pytest
from quart import Quart, Response

from actors.sign_in.sessions import LIFETIME_MS
from federation.errors import Refused
from tests.support.fediverse import LocalNode
from tests.support.signed_in import COOKIE, csrf, post, session_token, signed_in
from web.sessions import Sessions, device, install_sign_in_answers, own_path

DAY = 24 * 3600


@pytest.fixture
async def pages(node: LocalNode) -> LocalNode:
    """The node, its application replaced by a few pages that only know sessions."""
    services = node.services
    sessions = Sessions(services.store, services.settings, services.clock)
    app = Quart("pages")
    install_sign_in_answers(app)

    @app.errorhandler(Refused)
    async def refused(error: Refused) -> Response:
        return Response(error.code, status=error.status)

    @app.get("/who")
    async def who() -> str:
        signed = await sessions.current()
        return signed.actor.username if signed else "nobody"

    @app.get("/form")
    async def form() -> str:
        signed = await sessions.required("reader")
        return f'<input name="_csrf" value="{sessions.csrf(signed)}">'

    @app.route("/write", methods=["GET", "POST"])
    async def write() -> str:
        await sessions.checked_form()
        signed = await sessions.required()
        return signed.actor.username

    @app.get("/danger")
    async def danger() -> str:
        return (await sessions.recent("admin")).actor.username

    @app.post("/in")
    async def sign_in() -> Response:
        await sessions.checked_form()
        response = Response("in")
        await sessions.start(response, await node.person("amina"))
        return response

    @app.post("/out")
    async def sign_out() -> Response:
        await sessions.checked_form()
        response = Response("out")
        await sessions.end(response)
        return response

    node.app = app
    return node


async def text(client: object, path: str) -> str:
    answer = await client.get(path)  # type: ignore[attr-defined]
    return await answer.get_data(as_text=True)


async def test_without_a_cookie_nobody_is_signed_in_and_nothing_is_asked(pages: LocalNode) -> None:
    assert await text(pages.app.test_client(), "/who") == "nobody"


async def test_a_session_is_recognised_until_it_ends(pages: LocalNode) -> None:
    client = await signed_in(pages, "amina")
    assert await text(client, "/who") == "amina"
    await post(client, "/out")
    assert await text(client, "/who") == "nobody"


async def test_signing_out_ends_the_session_for_a_copy_of_the_cookie_too(pages: LocalNode) -> None:
    client = await signed_in(pages, "amina")
    thief = pages.app.test_client()
    thief.set_cookie("localhost", COOKIE, session_token(client))
    assert await text(thief, "/who") == "amina"
    await post(client, "/out")
    assert await text(thief, "/who") == "nobody"


async def test_whoever_must_sign_in_comes_back_to_the_page(pages: LocalNode) -> None:
    answer = await pages.app.test_client().get("/form?a=b&c=%C3%A9")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/form%3Fa%3Db%26c%3D%25C3%25A9"


async def test_whoever_sends_a_form_without_a_session_comes_back_to_its_page(
    pages: LocalNode,
) -> None:
    client = pages.app.test_client()
    own = await client.post("/write", headers={"Referer": "http://localhost/drafts/3"})
    assert own.headers["Location"] == "/sign-in?next=/drafts/3"
    foreign = await client.post("/write", headers={"Referer": "http://evil.example/drafts/3"})
    assert foreign.headers["Location"] == "/sign-in?next=/dashboard"


async def test_roles_are_a_ladder(pages: LocalNode) -> None:
    reader = await signed_in(pages, "reader", role="reader")
    assert (await post(reader, "/write")).status_code == 403
    assert (await reader.get("/form")).status_code == 200
    member = await signed_in(pages, "member")
    assert (await post(member, "/write")).status_code == 200
    assert (await member.get("/danger")).status_code == 403


async def test_a_dangerous_act_asks_for_a_recent_proof(pages: LocalNode) -> None:
    admin = await signed_in(pages, "chief", role="admin")
    assert await text(admin, "/danger") == "chief"
    pages.clock.pass_by(15 * 60 + 1)
    answer = await admin.get("/danger")
    assert answer.headers["Location"] == "/sign-in/again?next=/danger"


async def test_a_session_in_use_lives_on_and_an_unused_one_ends(pages: LocalNode) -> None:
    client = await signed_in(pages, "amina")
    for _ in range(3):
        pages.clock.pass_by(20 * DAY)
        answer = await client.get("/who")
        assert await answer.get_data(as_text=True) == "amina"
        assert f"Max-Age={LIFETIME_MS // 1000}" in answer.headers["Set-Cookie"]
    pages.clock.pass_by(31 * DAY)
    assert await text(client, "/who") == "nobody"


async def test_a_disabled_account_is_signed_out_at_once(pages: LocalNode) -> None:
    client = await signed_in(pages, "amina")
    amina = await pages.person("amina")
    async with pages.store.transaction() as tx:
        await tx.connection.execute(
            "update members set disabled_at = 1 where actor_id = $1", amina.id
        )
    assert await text(client, "/who") == "nobody"


async def test_the_form_token_on_the_page_is_the_one_that_is_asked_for(pages: LocalNode) -> None:
    client = await signed_in(pages, "amina")
    token = csrf(await text(client, "/form"))
    assert (await client.post("/write", form={"_csrf": token})).status_code == 200
    other = await signed_in(pages, "benoit")
    assert (await other.post("/write", form={"_csrf": token})).status_code == 403


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/dashboard", True),
        ("/objects/3?lang=fr#top", True),
        ("/tags/mon%20th%C3%A8me", True),
        ("/read?url=https://elsewhere.example//x", True),
        ("", False),
        ("dashboard", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/%2Fevil.example", False),
        ("/%5Cevil.example", False),
        ("/%252Fevil.example", False),
        ("/\t/evil.example", False),
        ("/%09/evil.example", False),
        ("/\r\nSet-Cookie: a=b", False),
        ("/%0d%0aSet-Cookie:a=b", False),
        ("/" + "a" * 2_000, False),
    ],
)
def test_only_own_paths_are_ways_back(text: str, kept: bool) -> None:
    assert own_path(text) == (text if kept else None)


def test_a_browser_has_a_name_in_the_list_of_sessions() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert device(firefox) == "Firefox, Linux"
    assert device("curl/8") == ""
