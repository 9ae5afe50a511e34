"""Signing in at an OpenID Connect provider that behaves like ProConnect."""

from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.clients.oauth.flow import registered
from tests.support.fediverse import LocalNode, Network
from tests.support.identity_provider import CLIENT, ISSUER, SECRET, IdentityProvider
from tests.support.signed_in import post, session_token, signed_in
from tests.web.sign_in.entering import is_in, member, text
from tests.web.sign_in.test_joining import account, invited
from tests.web.sign_in.test_second_proof import set_up

MARIE = {
    "sub": "70144d8e",
    "given_name": "Marie",
    "usual_name": "Lefèvre",
    "email": "Marie@Greta.example",
    "email_verified": True,
    "uid": "mlefevre",
    "siret": "21500412300016",
}


@pytest.fixture
async def node(network: Network) -> LocalNode:
    """A node whose members may sign in at the provider."""
    return await network.open(
        "node.example",
        "greta",
        oidc_issuer=ISSUER,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_acr="eidas1",
        auto_join_siret=("11111111111111",),
    )


@pytest.fixture
def provider(node: LocalNode) -> IdentityProvider:
    """The provider, who knows Marie."""
    found = IdentityProvider(node.clock, dict(MARIE))
    node.wires.nodes["id.example"] = cast("Any", found)
    return found


async def go(client: Any, provider: IdentityProvider, start: str = "/sign-in/oidc") -> Any:
    """Go to the provider and come back."""
    answer = await client.get(start)
    assert answer.status_code == 303, await text(answer)
    return await client.get(provider.authorise(answer.headers["Location"]))


async def test_a_member_is_known_by_mail_first_and_by_subject_then(
    node: LocalNode, provider: IdentityProvider
) -> None:
    await member(node, "marie", mail="marie@greta.example")
    client = node.app.test_client()
    answer = await go(client, provider, "/sign-in/oidc?next=/drafts")
    assert answer.headers["Location"] == "/drafts"
    assert is_in(client, answer)
    provider.claims |= {"email": "other@elsewhere.example", "email_verified": False}
    again = node.app.test_client()
    assert is_in(again, await go(again, provider))


async def test_somebody_on_the_way_to_an_application_is_led_back_there(
    node: LocalNode, provider: IdentityProvider
) -> None:
    await member(node, "marie", mail="marie@greta.example")
    app = await registered(node)
    for state in ("x" * 600, "x" * 3_000):
        client = node.app.test_client()
        asked = await client.get(app.address(state=state))
        path = parse_qs(urlsplit(asked.headers["Location"]).query)["next"][0]
        answer = await go(client, provider, f"/sign-in/oidc?next={quote(path)}")
        assert answer.headers["Location"] == path
        assert "Tusky" in await text(await client.get(path))


async def test_the_page_names_the_provider_and_asks_for_its_level(
    node: LocalNode, provider: IdentityProvider
) -> None:
    client = node.app.test_client()
    assert "Continuer avec ProConnect" in await text(await client.get("/sign-in"))
    answer = await client.get("/sign-in/oidc")
    assert "acr_values=eidas1" in answer.headers["Location"]
    assert "scope=openid+given_name+usual_name+email+uid+siret" in answer.headers["Location"]


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email": "stranger@elsewhere.example"}]
)
async def test_a_stranger_is_told_to_ask_for_an_invitation(
    node: LocalNode,
    provider: IdentityProvider,
    claims: dict[str, Any],
) -> None:
    await member(node, "marie", mail="marie@greta.example")
    provider.claims |= claims
    client = node.app.test_client()
    answer = await go(client, provider)
    assert answer.status_code == 403
    assert "invitation" in await text(answer)
    assert not session_token(client)


async def test_an_invited_person_is_led_to_the_invitation_and_connected(
    node: LocalNode, provider: IdentityProvider
) -> None:
    old = await invited(node, role="editor")
    client = node.app.test_client()
    answer = await go(client, provider)
    path = answer.headers["Location"]
    assert path.startswith("/invitation/")
    assert path != old
    page = await text(await client.get(path))
    assert "Avec ProConnect, comme à l’instant" in page
    answer = await post(client, path, name="Marie Lefèvre", username="marie", way="provider")
    assert is_in(client, answer)
    assert (await account(node, "marie"))[0] == "editor"
    again = node.app.test_client()
    assert is_in(again, await go(again, provider))


async def test_people_of_a_listed_establishment_may_join(
    node: LocalNode, provider: IdentityProvider
) -> None:
    provider.claims["siret"] = "111 111 111 11111"
    client = node.app.test_client()
    path = (await go(client, provider)).headers["Location"]
    page = await text(await client.get(path))
    assert 'value="Marie Lefèvre"' in page
    assert 'value="marie_lefevre"' in page
    await post(client, path, name="Marie Lefèvre", username="marie", way="provider")
    assert await account(node, "marie") == ("member", "marie@greta.example", "Marie Lefèvre")


async def test_a_code_is_still_asked_for(node: LocalNode, provider: IdentityProvider) -> None:
    await set_up(node)
    provider.claims["email"] = "amina@greta.example"
    answer = await go(node.app.test_client(), provider)
    assert answer.headers["Location"] == "/sign-in/code"


async def test_a_member_connects_and_disconnects_an_account(
    node: LocalNode, provider: IdentityProvider
) -> None:
    await member(node, "benoit")
    client = await signed_in(node, "benoit")
    page = await text(await client.get("/settings/security"))
    start = page.partition('href="/sign-in/oidc?connect=')[2].partition('"')[0]
    answer = await go(client, provider, f"/sign-in/oidc?connect={start}")
    assert "identity-connected" in answer.headers["Location"]
    other = node.app.test_client()
    assert is_in(other, await go(other, provider))
    await post(client, "/settings/security/identity", issuer=ISSUER, subject=MARIE["sub"])
    other = node.app.test_client()
    assert (await go(other, provider)).status_code == 403


async def test_a_provider_that_is_down_is_said_so(
    node: LocalNode, provider: IdentityProvider
) -> None:
    node.wires.silent.add("id.example")
    answer = await node.app.test_client().get("/sign-in/oidc")
    assert answer.status_code == 403
    assert "ne répond pas" in await text(answer)


async def test_whoever_declines_is_back_without_harm(
    node: LocalNode, provider: IdentityProvider
) -> None:
    client = node.app.test_client()
    location = (await client.get("/sign-in/oidc")).headers["Location"]
    back = provider.authorise(location).replace("?code=", "?error=access_denied&x=")
    answer = await client.get(back)
    assert "n’a pas abouti" in await text(answer)


async def test_user_information_may_be_plain(node: LocalNode, provider: IdentityProvider) -> None:
    provider.plain_information = True
    await member(node, "marie", mail="marie@greta.example")
    client = node.app.test_client()
    assert is_in(client, await go(client, provider))


async def test_without_a_provider_there_is_no_such_page(network: Network) -> None:
    other = await network.node("other")
    assert (await other.app.test_client().get("/sign-in/oidc")).status_code == 404
    assert (await other.app.test_client().get("/sign-in/oidc/back")).status_code == 404
