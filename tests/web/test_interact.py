"""Following from another server's page, as the member who is signed in."""

from urllib.parse import quote, unquote

from tests.support.factories import note
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of

FORM = "/authorize_interaction"
HOSTILE = quote('https://a.example/"><script>')


async def test_whoever_is_not_signed_in_does_that_first_and_comes_back(node: LocalNode) -> None:
    client = node.app.test_client()
    for answer in (await client.get(f"{FORM}?uri=mfr@mfr.example"), await client.post(FORM)):
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in?next=")
    first = await client.get(f"{FORM}?uri=mfr@mfr.example")
    assert "/authorize_interaction" in unquote(first.headers["Location"])
    assert "mfr@mfr.example" in unquote(unquote(first.headers["Location"]))
    assert node.wires.log == []


async def test_the_form_keeps_the_address_and_fetches_nothing(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    page = await page_of(amina, f"{FORM}?uri={HOSTILE}")
    assert "<script>" not in page.split("<main", 1)[1]
    assert "a.example" in page
    assert node.wires.log == []


async def test_an_account_that_is_not_there_is_said_in_the_form(node: LocalNode) -> None:
    node.wires.silent.add("away.example")
    amina = await signed_in(node, "amina")
    answer = await post(amina, FORM, uri="x@away.example")
    page = await answer.get_data(as_text=True)
    assert answer.status_code == 422
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
