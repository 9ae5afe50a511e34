"""Answers in the name of an identity provider that prove nothing."""

from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.fediverse import LocalNode, Network
from tests.support.identity_provider import CLIENT, ISSUER, SECRET, IdentityProvider
from tests.support.signed_in import session_token, signed_in
from tests.web.sign_in.entering import is_in, member, text
from tests.web.sign_in.test_identity_provider import MARIE, go


@pytest.fixture
async def node(network: Network) -> LocalNode:
    """A node with a provider, where marie is a member."""
    found = await network.open(
        "node.example",
        "greta",
        oidc_issuer=ISSUER,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        auto_join_siret=("11111111111111",),
    )
    await member(found, "marie", mail="marie@greta.example")
    return found


@pytest.fixture
def provider(node: LocalNode) -> IdentityProvider:
    """The provider, who knows Marie."""
    found = IdentityProvider(node.clock, dict(MARIE))
    node.wires.nodes["id.example"] = cast("Any", found)
    return found


async def refused(node: LocalNode, provider: IdentityProvider) -> str:
    """Go there and back; the page that says no."""
    client = node.app.test_client()
    answer = await go(client, provider)
    assert answer.status_code == 403
    assert not session_token(client)
    return await text(answer)


async def test_the_right_answer_would_be_taken(node: LocalNode, provider: IdentityProvider) -> None:
    client = node.app.test_client()
    assert is_in(client, await go(client, provider))


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"aud": "another-service"},
        {"aud": [CLIENT, "another-service"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": ""},
        {"sub": None},
    ],
)
async def test_a_token_that_is_not_for_this_attempt_is_refused(
    node: LocalNode, provider: IdentityProvider, changes: dict[str, Any]
) -> None:
    provider.changes = changes
    await refused(node, provider)


async def test_a_token_that_anybody_could_sign_is_refused(
    node: LocalNode, provider: IdentityProvider
) -> None:
    for algorithm in ("none", "HS256"):
        provider.algorithm = algorithm
        await refused(node, provider)


async def test_a_token_signed_with_another_key_is_refused(
    node: LocalNode, provider: IdentityProvider
) -> None:
    provider.published = rsa.generate_private_key(65_537, 2_048)
    await refused(node, provider)


async def test_information_about_somebody_else_is_refused(
    node: LocalNode, provider: IdentityProvider
) -> None:
    for plain in (False, True):
        provider.plain_information = plain
        provider.told = {"sub": "somebody else"}
        await refused(node, provider)
    provider.plain_information, provider.told = False, {"aud": "another-service"}
    await refused(node, provider)


async def test_a_description_in_the_name_of_another_is_refused(
    node: LocalNode, provider: IdentityProvider
) -> None:
    provider.description = {"issuer": "https://evil.example"}
    answer = await node.app.test_client().get("/sign-in/oidc")
    assert answer.status_code == 403


async def test_an_answer_that_another_browser_asked_for_signs_nobody_in(
    node: LocalNode, provider: IdentityProvider
) -> None:
    attacker, victim = node.app.test_client(), node.app.test_client()
    location = (await attacker.get("/sign-in/oidc")).headers["Location"]
    back = provider.authorise(location)
    assert (await victim.get(back)).status_code == 403, "no attempt in this browser"
    await victim.get("/sign-in/oidc")
    assert (await victim.get(back)).status_code == 403, "another attempt in this browser"
    assert not session_token(victim)
    assert is_in(attacker, await attacker.get(back))


async def test_an_answer_counts_once(node: LocalNode, provider: IdentityProvider) -> None:
    client = node.app.test_client()
    back = provider.authorise((await client.get("/sign-in/oidc")).headers["Location"])
    assert is_in(client, await client.get(back))
    assert (await client.get(back)).status_code == 403


async def test_an_answer_of_another_provider_is_refused(
    node: LocalNode, provider: IdentityProvider
) -> None:
    client = node.app.test_client()
    back = provider.authorise((await client.get("/sign-in/oidc")).headers["Location"])
    answer = await client.get(back.replace(f"iss={ISSUER}", "iss=https://evil.example"))
    assert answer.status_code == 403
    assert "/token" not in provider.asked


async def test_a_mail_address_that_nobody_verified_opens_no_account(
    node: LocalNode, provider: IdentityProvider
) -> None:
    for verified in (False, None, "true", 1):
        provider.claims["email_verified"] = verified
        await refused(node, provider)
    provider.claims |= {"siret": "11111111111111"}
    answer = await go(node.app.test_client(), provider)
    page = await text(await node.app.test_client().get(answer.headers["Location"]))
    assert "marie@greta.example" not in page.lower(), "nor becomes that of a new one"


async def test_nobody_connects_their_identity_to_somebody_elses_account(
    node: LocalNode, provider: IdentityProvider
) -> None:
    provider.claims |= {"sub": "the attacker", "email": "a@evil.example"}
    victim = await signed_in(node, "marie")
    for address in ("/sign-in/oidc?connect=", "/sign-in/oidc?connect=" + "0" * 64):
        assert (await victim.get(address)).status_code == 403
    client = node.app.test_client()
    assert (await go(client, provider)).status_code == 403, "nothing was connected"


async def test_connecting_needs_a_recent_proof(node: LocalNode, provider: IdentityProvider) -> None:
    client = await signed_in(node, "marie")
    page = await text(await client.get("/settings/security"))
    token = page.partition('href="/sign-in/oidc?connect=')[2].partition('"')[0]
    node.clock.pass_by(16 * 60)
    answer = await client.get(f"/sign-in/oidc?connect={token}")
    assert "/sign-in/again" in answer.headers["Location"]


async def test_a_code_is_not_sent_where_a_redirect_leads(
    node: LocalNode, provider: IdentityProvider
) -> None:
    node.wires.redirects[f"{ISSUER}/userinfo"] = "https://evil.example/userinfo"
    await refused(node, provider)
    assert not [sent for sent in node.wires.log if "evil.example" in sent.url]
