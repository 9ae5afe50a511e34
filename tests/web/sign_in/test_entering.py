"""Name and password, a link by mail, once more for dangerous acts, and out again."""

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


@pytest.mark.parametrize(
    "name", ["amina", "AMINA", "@amina", " @Amina@node.example ", "Amina@Greta.example"]
)
async def test_a_member_has_several_spellings(node: LocalNode, name: str) -> None:
    await member(node, mail="amina@greta.example")
    client = node.app.test_client()
    answer = await enter(client, name, next="/settings")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/settings"
    assert is_in(client, answer)


async def test_the_page_is_french_first_and_keeps_what_was_typed(node: LocalNode) -> None:
    client = node.app.test_client()
    page = await text(await client.get("/sign-in?next=/drafts"))
    assert "Se connecter" in page
    assert 'name="next" value="/drafts"' in page
    answer = await enter(client, "Amina Benali", "wrong", next="/drafts")
    page = await text(answer)
    assert answer.status_code == 403
    assert 'value="Amina Benali"' in page
    assert 'name="next" value="/drafts"' in page
    assert "wrong" not in page
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_an_empty_form_is_refused_beside_its_fields(node: LocalNode) -> None:
    client = node.app.test_client()
    answer = await post(client, "/sign-in/password", name="", password="")
    assert answer.status_code == 422
    assert 'href="#name"' in await text(answer)
    answer = await post(client, "/sign-in/password", name="amina", password="")
    assert answer.status_code == 422
    assert 'href="#password"' in await text(answer)


async def test_members_who_share_a_mail_address_each_have_their_password(node: LocalNode) -> None:
    await member(node, "amina", mail="salle@greta.example")
    benoit = await member(node, "benoit", mail="salle@greta.example")
    await node.store.write(lambda tx: tx.members.set_password(benoit.id, ""))
    client = node.app.test_client()
    assert is_in(client, await enter(client, "salle@greta.example"))


async def test_whoever_is_signed_in_needs_no_form(node: LocalNode) -> None:
    client = await signed_in(node, "amina")
    answer = await client.get("/sign-in?next=/settings")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings")


async def test_a_link_by_mail_signs_in_with_a_button(node: LocalNode) -> None:
    await member(node, mail="amina@greta.example")
    client = node.app.test_client()
    answer = await post(client, "/sign-in/mail", name="amina@greta.example", next="/drafts")
    assert answer.status_code == 200
    sent = (await mails(node))[-1]
    assert sent.recipient == "amina@greta.example"
    assert "Se connecter →" in sent.text
    link = await link_in_last_mail(node)
    page = await client.get(link)
    assert not session_token(client), "opening a link signs nobody in: mail filters open links"
    assert "Amina" in await text(page)
    answer = await post(client, "/sign-in/link", code=link.partition("code=")[2])
    assert answer.headers["Location"] == "/drafts"
    assert is_in(client, answer)


async def test_a_member_without_a_mail_address_gets_no_link(node: LocalNode) -> None:
    await member(node)
    answer = await post(node.app.test_client(), "/sign-in/mail", name="amina")
    assert answer.status_code == 200
    assert await mails(node) == []


async def test_once_more_asks_only_for_the_password_and_goes_on(node: LocalNode) -> None:
    await member(node)
    client = await signed_in(node, "amina")
    node.clock.pass_by(16 * 60)
    answer = await client.get("/settings/security")
    assert answer.headers["Location"] == "/sign-in/again?next=/settings/security"
    page = await text(await client.get(answer.headers["Location"]))
    assert 'type="hidden" name="name" value="amina"' in page
    answer = await enter(client, "amina", next="/settings/security")
    assert answer.headers["Location"] == "/settings/security"
    assert (await client.get("/settings/security")).status_code == 200


async def test_whoever_signs_out_is_out_and_told_so(node: LocalNode) -> None:
    client = await signed_in(node, "amina")
    answer = await post(client, "/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?done=signed-out")
    assert not session_token(client)


async def test_the_way_in_by_mail_is_offered_only_where_mails_arrive(node: LocalNode) -> None:
    page = await text(await node.app.test_client().get("/sign-in"))
    assert "/sign-in/mail" not in page
    assert PASSWORD not in page
