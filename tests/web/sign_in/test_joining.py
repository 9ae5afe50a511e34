"""Invitations, and the set-up of a new node."""

from typing import Any

from actors.sign_in.first_administrator import new_setup_code
from actors.sign_in.invitations import Wanted, invite, open_invitations, renew, revoke
from actors.site import LegalNotice, save_site
from storage.store import Tx
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post
from tests.web.sign_in.entering import PASSWORD, enter, is_in, text

DAY = 24 * 3600


async def invited(node: LocalNode, mail: str = "marie@greta.example", **more: str) -> str:
    """An invitation's path."""
    wanted = Wanted(mail, more.get("name", "Marie Lefèvre"), more.get("role", "member"))

    async def operation(tx: Tx) -> str:
        sent, problems = await invite(tx, "chief@node.example", [wanted], node.clock.ms)
        assert problems == []
        return sent[0].code

    return f"/invitation/{await node.store.write(operation)}"


async def join(client: Any, path: str, **changes: str) -> Any:
    form = {
        "name": "Marie Lefèvre",
        "username": "marie",
        "way": "password",
        "password": PASSWORD,
        **changes,
    }
    return await post(client, path, **form)


async def account(node: LocalNode, username: str) -> tuple[str, str, str]:
    """Role, mail and name of an account."""

    async def operation(tx: Tx) -> tuple[str, str, str]:
        actor, member = (await tx.credentials.account_by_name(username))[0]
        return member.role, member.email, actor.name

    return await node.store.query(operation)


async def test_an_invited_person_chooses_a_name_and_is_in(node: LocalNode) -> None:
    path = await invited(node, role="editor")
    client = node.app.test_client()
    page = await text(await client.get(path))
    assert 'value="marie_lefevre"' in page, "a name is suggested"
    answer = await join(client, path)
    assert answer.headers["Location"] == "/dashboard?done=welcome"
    assert is_in(client, answer)
    assert await account(node, "marie") == ("editor", "marie@greta.example", "Marie Lefèvre")
    again = node.app.test_client()
    assert is_in(again, await enter(again, "marie@greta.example"))


async def test_an_invitation_works_once_and_for_two_weeks(node: LocalNode) -> None:
    path = await invited(node)
    await join(node.app.test_client(), path)
    assert (await node.app.test_client().get(path)).status_code == 410
    assert (await join(node.app.test_client(), path, username="other")).status_code == 410
    late = await invited(node, "paul@greta.example")
    node.clock.pass_by(14 * DAY + 1)
    assert (await node.app.test_client().get(late)).status_code == 410


async def test_a_refused_form_keeps_what_was_typed_and_the_invitation(node: LocalNode) -> None:
    await node.person("amina")
    path = await invited(node)
    client = node.app.test_client()
    for changes, target in (
        ({"username": "amina"}, "username"),
        ({"username": "Marie Lefèvre"}, "username"),
        ({"username": "admin"}, "username"),
        ({"password": "court"}, "password"),
        ({"password": ""}, "password"),
        ({"name": ""}, "name"),
        ({"way": "magic"}, "way-0"),
    ):
        answer = await join(client, path, **changes)
        page = await text(answer)
        assert answer.status_code == 422, changes
        assert f'href="#{target}"' in page, changes
        assert f'value="{changes.get("username", "marie")}"' in page
    assert is_in(client, await join(client, path))


async def test_a_person_may_do_without_a_password(node: LocalNode) -> None:
    client = node.app.test_client()
    answer = await join(client, await invited(node), way="passkey", password="")
    assert "welcome-passkey" in answer.headers["Location"]
    assert is_in(client, answer)
    assert (await client.get("/settings/security")).status_code == 200


async def test_a_revoked_or_renewed_invitation_is_worth_nothing(node: LocalNode) -> None:
    path = await invited(node)

    async def first(tx: Tx) -> str:
        return (await open_invitations(tx, node.clock.ms))[0].key

    key = await node.store.query(first)
    sent = await node.store.write(lambda tx: renew(tx, "chief", key, node.clock.ms))
    client = node.app.test_client()
    assert (await client.get(path)).status_code == 410
    assert (await client.get(f"/invitation/{sent.code}")).status_code == 200
    await node.store.write(lambda tx: revoke(tx, "chief", sent.invitation.key, node.clock.ms))
    assert (await client.get(f"/invitation/{sent.code}")).status_code == 410
    assert await node.store.query(lambda tx: open_invitations(tx, node.clock.ms)) == []


async def test_the_set_up_page_makes_the_first_administrator_once(node: LocalNode) -> None:
    now = node.clock.ms
    old = await node.store.write(lambda tx: new_setup_code(tx, now))
    code = await node.store.write(lambda tx: new_setup_code(tx, now))
    client = node.app.test_client()
    assert (await client.get(f"/setup?code={old}")).status_code == 410
    assert (await client.get("/setup")).status_code == 410
    page = await text(await client.get(f"/setup?code={code}"))
    assert "Préparer ce site" in page
    form = {
        "code": str(code),
        "organisation": "GRETA du Cotentin",
        "name": "Léa Duval",
        "username": "lea",
        "mail": "lea@greta.example",
        "password": PASSWORD,
    }
    refused = await post(client, "/setup", **form | {"mail": "lea"})
    assert refused.status_code == 422
    assert 'value="GRETA du Cotentin"' in await text(refused)
    answer = await post(client, "/setup", **form)
    assert answer.headers["Location"] == "/admin/legal?done=set-up"
    assert is_in(client, answer)
    assert await account(node, "lea") == ("admin", "lea@greta.example", "Léa Duval")
    # the very next page knows the new name, and does not ask for it again
    await node.store.write(lambda tx: save_site(tx, "test", LegalNotice(), now))
    legal = await text(await client.get("/admin/legal"))
    assert "· GRETA du Cotentin</title>" in legal
    assert 'value="GRETA du Cotentin"' in legal
    organisation = await node.store.query(lambda tx: tx.actors.local("greta"))
    assert organisation is not None
    assert organisation.name == "GRETA du Cotentin"
    assert (await client.get(f"/setup?code={code}")).status_code == 410
    assert await node.store.write(lambda tx: new_setup_code(tx, now)) is None


async def test_two_who_set_up_at_once_make_one_administrator(node: LocalNode) -> None:
    now = node.clock.ms
    code = str(await node.store.write(lambda tx: new_setup_code(tx, now)))
    form = {"code": code, "organisation": "G", "mail": "a@b.example", "password": PASSWORD}
    first = await post(node.app.test_client(), "/setup", name="A", username="one", **form)
    second = await post(node.app.test_client(), "/setup", name="B", username="two", **form)
    assert (first.status_code, second.status_code) == (303, 410)
    assert await node.store.query(lambda tx: tx.actors.local("two")) is None
