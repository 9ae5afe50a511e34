"""The page about what one signs in with: password, mail address, devices."""

import pytest

from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in
from tests.web.sign_in.entering import (
    PASSWORD,
    enter,
    is_in,
    link_in_last_mail,
    mails,
    member,
    text,
)

PAGE = "/settings/security"
NEW = "autre agrafe cheval"


async def test_a_new_password_ends_the_other_sessions_and_is_told_by_mail(node: LocalNode) -> None:
    await member(node, mail="amina@greta.example")
    client, other = await signed_in(node, "amina"), await signed_in(node, "amina")
    answer = await post(client, f"{PAGE}/password", password=NEW)
    assert answer.headers["Location"] == f"{PAGE}?done=password-changed"
    assert (await client.get(PAGE)).status_code == 200
    assert (await other.get(PAGE)).status_code == 303
    assert "mot de passe a été changé" in (await mails(node))[-1].text
    fresh = node.app.test_client()
    assert (await enter(fresh, "amina", PASSWORD)).status_code == 403
    assert is_in(fresh, await enter(fresh, "amina", NEW))


@pytest.mark.parametrize("change", ["password", "mail", "sessions"])
async def test_links_asked_for_before_a_change_sign_nobody_in(node: LocalNode, change: str) -> None:
    """Whoever reads the old mailbox, or asked for a link, is out like the other devices."""
    await member(node, mail="old@greta.example")
    client, thief = await signed_in(node, "amina"), node.app.test_client()
    await post(thief, "/sign-in/mail", name="amina")
    stolen = (await link_in_last_mail(node)).partition("code=")[2]
    await post(client, f"{PAGE}/{change}", password=NEW, mail="new@greta.example")
    if change == "mail":
        assert (await thief.get(f"/sign-in/link?code={stolen}")).status_code == 200, "not yet"
        await post(client, await link_in_last_mail(node))
    answer = await post(thief, "/sign-in/link", code=stolen)
    assert answer.status_code == 410
    assert not is_in(thief, answer)


async def test_a_weak_password_is_refused_beside_its_field(node: LocalNode) -> None:
    await member(node, mail="amina@greta.example")
    client = await signed_in(node, "amina")
    for weak, said in (
        ("court", "trop court"),
        ("azertyuiop", "vite deviné"),
        ("amina@greta.example", "reprend votre nom"),
        ("aaaaaaaaaaaa", "vite deviné"),
    ):
        answer = await post(client, f"{PAGE}/password", password=weak)
        page = await text(answer)
        assert answer.status_code == 422, weak
        assert said in page
        assert 'href="#password"' in page
        assert f'value="{weak}"' not in page


async def test_a_new_mail_address_counts_once_its_link_was_used(node: LocalNode) -> None:
    await member(node, mail="old@greta.example")
    client = await signed_in(node, "amina")
    await post(client, f"{PAGE}/mail", mail="new@greta.example")
    assert (await mails(node))[-1].recipient == "new@greta.example"
    link = await link_in_last_mail(node)
    assert "old@greta.example" in await text(await client.get(PAGE))
    stranger = await signed_in(node, "benoit")
    assert (await post(stranger, link)).status_code == 410
    await post(client, f"{PAGE}/mail", mail="new@greta.example")
    link = await link_in_last_mail(node)
    assert (await client.get(link)).status_code == 200
    assert (await post(client, link)).headers["Location"] == f"{PAGE}?done=mail-changed"
    assert "new@greta.example" in await text(await client.get(PAGE))
    assert (await mails(node))[-1].recipient == "old@greta.example", "the old address is told"


async def test_devices_are_listed_and_signed_out(node: LocalNode) -> None:
    client, other = await signed_in(node, "amina"), await signed_in(node, "amina")
    page = await text(await client.get(PAGE))
    number = page.partition('name="session" value="')[2].partition('"')[0]
    stranger = await signed_in(node, "benoit")
    await post(stranger, f"{PAGE}/sessions", session=number)
    assert (await other.get(PAGE)).status_code == 200, "nobody else can end it"
    await post(client, f"{PAGE}/sessions", session=number)
    assert (await other.get(PAGE)).status_code == 303
    third = await signed_in(node, "amina")
    await post(client, f"{PAGE}/sessions")
    assert (await third.get(PAGE)).status_code == 303
    assert session_token(client)
    assert (await client.get(PAGE)).status_code == 200


async def test_changes_stand_in_the_audit_log(node: LocalNode) -> None:
    await member(node)
    client = await signed_in(node, "amina")
    await post(client, f"{PAGE}/password", password=NEW)

    async def operation(tx):  # type: ignore[no-untyped-def]
        return await tx.connection.fetch_all("select who, action from audit_log order by id desc")

    rows = await node.store.query(operation)
    assert ("amina@node.example", "own password") in {tuple(row) for row in rows}
    assert NEW not in str([tuple(row) for row in rows])
