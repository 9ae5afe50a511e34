"""Passkeys: made, used, removed; with a software authenticator that really signs."""

from typing import Any

import pytest

from tests.support.authenticator import Authenticator
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in
from tests.web.sign_in.entering import is_in, mails, member, text
from tests.web.sign_in.test_second_proof import set_up

NEW = "/settings/security/passkeys"
ORIGIN = "https://node.example"


async def register(client: Any, device: Authenticator, label: str = "Mon téléphone") -> Any:
    """Make a passkey on the security page."""
    options = await text(await post(client, f"{NEW}/options"))
    return await post(client, NEW, credential=device.create(options), label=label)


async def use(client: Any, device: Authenticator, **more: str) -> Any:
    """Sign in with a passkey."""
    options = await text(await post(client, "/sign-in/passkey/options"))
    return await post(client, "/sign-in/passkey", credential=device.get(options), **more)


@pytest.fixture
async def device(node: LocalNode) -> Authenticator:
    """The telephone of `amina`, whose passkey is registered."""
    await member(node, mail="amina@greta.example")
    found = Authenticator(ORIGIN)
    answer = await register(await signed_in(node, "amina"), found)
    assert answer.headers["Location"] == "/settings/security?done=passkey-added#passkeys"
    return found


async def test_a_passkey_signs_in_without_a_name(node: LocalNode, device: Authenticator) -> None:
    client = node.app.test_client()
    answer = await use(client, device, next="/drafts")
    assert answer.headers["Location"] == "/drafts"
    assert is_in(client, answer)
    page = await text(await client.get("/settings/security"))
    assert "Mon téléphone" in page
    assert "Une clé d’accès a été ajoutée" in (await mails(node))[-1].text


async def test_a_passkey_that_verifies_its_owner_needs_no_code(
    node: LocalNode, device: Authenticator
) -> None:
    await set_up(node)
    client = node.app.test_client()
    assert is_in(client, await use(client, device))


async def test_a_passkey_that_only_feels_a_touch_needs_a_code(
    node: LocalNode, device: Authenticator
) -> None:
    await set_up(node)
    device.verifies = False
    client = node.app.test_client()
    answer = await use(client, device)
    assert answer.headers["Location"] == "/sign-in/code"
    assert not session_token(client)


async def test_a_removed_passkey_signs_nobody_in(node: LocalNode, device: Authenticator) -> None:
    client = await signed_in(node, "amina")
    page = await text(await client.get("/settings/security"))
    number = page.partition('name="passkey" value="')[2].partition('"')[0]
    stranger = await signed_in(node, "benoit")
    await member(node, "benoit", mail="b@greta.example")
    await post(stranger, f"{NEW}/remove", passkey=number)
    other = node.app.test_client()
    assert is_in(other, await use(other, device)), "nobody else can remove it"
    await post(client, f"{NEW}/remove", passkey=number)
    other = node.app.test_client()
    assert (await use(other, device)).status_code == 403


async def test_the_last_way_in_stays(node: LocalNode) -> None:
    client = await signed_in(node, "amina")
    device = Authenticator(ORIGIN)
    await register(client, device)
    page = await text(await client.get("/settings/security"))
    number = page.partition('name="passkey" value="')[2].partition('"')[0]
    answer = await post(client, f"{NEW}/remove", passkey=number)
    assert "done=last-way" in answer.headers["Location"]
    other = node.app.test_client()
    assert is_in(other, await use(other, device))


async def test_a_passkey_of_a_closed_account_is_unknown(
    node: LocalNode, device: Authenticator
) -> None:
    async with node.store.transaction() as tx:
        await tx.connection.execute("update members set disabled_at = 5")
    assert (await use(node.app.test_client(), device)).status_code == 403
