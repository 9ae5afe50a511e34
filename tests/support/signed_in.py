"""A browser that is signed in, without going through the sign-in page."""

import re
from typing import Any, cast

from quart.testing import QuartClient
from quart.wrappers import Response

from actors.sign_in.sessions import form_token, open_session
from tests.support.fediverse import LocalNode

COOKIE = "__Host-session"
TOKEN = re.compile(r'name="_csrf" value="([^"]*)"')


async def signed_in(node: LocalNode, username: str, *, role: str = "") -> QuartClient:
    """A test client with the session of an account, made on first mention.

    `role` is given to the account first, when there is one.
    """
    actor = await node.person(username)
    if role:
        await node.store.write(lambda tx: tx.members.set_role(actor.id, role))
    now = int(node.clock() * 1000)
    token = await node.store.write(lambda tx: open_session(tx, actor.id, "test", now))
    client = cast("QuartClient", node.app.test_client())
    client.set_cookie("localhost", cookie_name(node), token)
    return client


def cookie_name(node: LocalNode) -> str:
    """What the session's cookie is called on this node."""
    return COOKIE if node.services.settings.scheme == "https" else "session"


def session_token(client: Any) -> str:
    """The session that a client holds; empty without one."""
    found = (c.value for c in client.cookie_jar if c.name in (COOKIE, "session"))
    return next(found, None) or ""


def csrf(page: str) -> str:
    """The token that the forms of a page carry. AssertionError when there is none."""
    found = TOKEN.search(page)
    assert found is not None, "no form with a token on this page"
    return found[1]


async def post(client: Any, path: str, **form: Any) -> Response:
    """Send a form as the page of this client's session would; a list gives a name several times."""
    token = session_token(client)
    answer: Response = await client.post(
        path, form={"_csrf": form_token(token), **form} if token else form
    )
    return answer
