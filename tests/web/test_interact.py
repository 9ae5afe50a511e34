"""Following from another server's page, with name and password in the form."""

import asyncio

from actors.auth import hash_password
from tests.support.factories import note
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of

FORM = "/authorize_interaction"


async def with_password(node: LocalNode, password: str) -> None:
    """Give the organisation of the node a password."""
    owner = await node.person("greta")
    hashed = await asyncio.to_thread(hash_password, password)
    await node.store.write(lambda tx: tx.members.set_password(owner.id, hashed))


async def send(node: LocalNode, **form: str) -> tuple[int, str]:
    """Post the form; the status and the page."""
    answer = await node.app.test_client().post(FORM, form=form, query_string={"lang": "fr"})
    return answer.status_code, await answer.get_data(as_text=True)


async def test_the_form_keeps_the_address_and_fetches_nothing(node: LocalNode) -> None:
    answer = await node.app.test_client().get(
        FORM, query_string={"uri": 'https://a.example/"><script>', "lang": "fr"}
    )
    page = await answer.get_data(as_text=True)
    assert "<script>" not in page
    assert "a.example" in page
    assert node.wires.log == []


async def test_the_right_password_sends_a_follow(network: Network, node: LocalNode) -> None:
    mfr = await network.node("mfr")
    await with_password(node, "correct horse battery")
    status, page = await send(
        node, uri="mfr@mfr.example", username="greta", password="correct horse battery"
    )
    assert status == 200
    assert "Votre demande a été envoyée" in page
    await network.settle()
    follow = await mfr.follow("https://node.example/users/greta", "https://mfr.example/users/mfr")
    assert follow is not None
    assert follow.state == "accepted"


async def test_a_wrong_password_looks_like_an_unknown_account(node: LocalNode) -> None:
    await with_password(node, "correct horse battery")
    wrong = await send(node, uri="a@b.example", username="greta", password="false")
    unknown = await send(node, uri="a@b.example", username="nobody", password="false")
    assert wrong[0] == unknown[0] == 403
    assert "mot de passe est faux" in wrong[1]
    assert "mot de passe est faux" in unknown[1]
    assert node.wires.log == []


async def test_an_account_without_a_password_cannot_be_used(node: LocalNode) -> None:
    status, _ = await send(node, uri="a@b.example", username="greta", password="")
    assert status == 403


async def test_guessing_is_slowed_down(node: LocalNode) -> None:
    tries = [
        (await send(node, uri="a@b.example", username="greta", password=f"try {n}"))[0]
        for n in range(7)
    ]
    assert tries[:5] == [403] * 5
    assert tries[5:] == [429] * 2


async def test_an_account_that_is_not_there_is_said_in_the_form(node: LocalNode) -> None:
    await with_password(node, "correct horse battery")
    node.wires.silent.add("away.example")
    status, page = await send(
        node, uri="x@away.example", username="greta", password="correct horse battery"
    )
    assert status == 422
    assert "n’existe pas" in page
    assert 'value="x@away.example"' in page


async def test_whoever_is_signed_in_only_confirms(network: Network, node: LocalNode) -> None:
    mfr = await network.node("mfr")
    amina = await signed_in(node, "amina")
    page = await page_of(amina, f"{FORM}?uri=mfr@mfr.example")
    assert 'type="password"' not in page
    answer = await post(amina, FORM, uri="mfr@mfr.example")
    assert answer.status_code == 200
    await network.settle()
    follow = await mfr.follow("https://node.example/users/amina", "https://mfr.example/users/mfr")
    assert follow is not None


async def test_a_page_of_another_site_cannot_follow_for_a_member(
    network: Network, node: LocalNode
) -> None:
    mfr = await network.node("mfr")
    amina = await signed_in(node, "amina")
    assert (await amina.post(FORM, form={"uri": "mfr@mfr.example"})).status_code == 403
    await network.settle()
    assert (
        await mfr.follow("https://node.example/users/amina", "https://mfr.example/users/mfr")
        is None
    )


async def test_the_address_of_a_post_leads_to_its_page(node: LocalNode) -> None:
    luc = node.wires.person("https://far.example/users/luc")
    written = note(luc, "Bonjour de loin")
    node.wires.serve(written)
    amina = await signed_in(node, "amina")
    answer = await post(amina, FORM, uri=written["id"])
    assert answer.status_code == 303
    assert "Bonjour de loin" in await page_of(amina, answer.headers["Location"])


async def test_a_password_alone_is_not_enough_where_a_second_step_is_asked(
    node: LocalNode,
) -> None:
    await with_password(node, "correct horse battery")
    owner = await node.person("greta")
    async with node.store.transaction() as tx:
        await tx.credentials.propose_factor(owner.id, "SECRET")
        await tx.credentials.confirm_factor(owner.id, 1, "[]", 5)
    status, page = await send(
        node, uri="a@b.example", username="greta", password="correct horse battery"
    )
    assert status == 403
    assert "demande plus qu’un mot de passe" in page
    assert node.wires.log == []
