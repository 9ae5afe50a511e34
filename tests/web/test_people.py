"""Finding, following and blocking people."""

from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import post, signed_in
from tests.web.members import actor_of, page_of


async def test_somebody_elsewhere_is_found_by_address_and_followed(network: Network) -> None:
    node, mfr = await network.node("greta"), await network.node("mfr")
    amina = await signed_in(node, "amina")
    page = await page_of(amina, "/people?who=@mfr@mfr.example")
    assert "Mfr" in page
    target = await node.actor("https://mfr.example/users/mfr")
    assert target is not None
    answer = await post(amina, f"/people/{target.id}/follow")
    assert answer.headers["Location"].endswith("done=requested")
    await network.settle()
    follow = await mfr.follow("https://greta.example/users/amina", target.url)
    assert follow is not None
    assert follow.state == "accepted"
    assert "Ne plus suivre" in await page_of(amina, f"/people/{target.id}")
    assert "@mfr@mfr.example" in await page_of(amina, "/people?tab=following")
    await post(amina, f"/people/{target.id}/unfollow")
    await network.settle()
    assert await mfr.follow("https://greta.example/users/amina", target.url) is None


async def test_an_address_that_nobody_answers_is_said(node: LocalNode) -> None:
    node.wires.silent.add("away.example")
    page = await page_of(await signed_in(node, "amina"), "/people?who=x@away.example")
    assert "Personne ne répond à cette adresse" in page


async def test_a_name_finds_people_here_without_asking_elsewhere(node: LocalNode) -> None:
    await node.person("bruno")
    page = await page_of(await signed_in(node, "amina"), "/people?who=brun")
    assert "@bruno@node.example" in page
    assert node.wires.log == []


async def test_what_is_typed_is_only_text(node: LocalNode) -> None:
    page = await page_of(await signed_in(node, "amina"), "/people?who=%3Cscript%3Ealert(1)")
    assert "<script>alert" not in page


async def test_a_blocked_account_disappears_and_can_come_back(node: LocalNode) -> None:
    bruno = await actor_of(node, "bruno")
    amina = await signed_in(node, "amina")
    await post(amina, f"/people/{bruno.id}/block")
    assert "@bruno@node.example" not in await page_of(amina, "/people?who=bruno")
    assert "@bruno@node.example" in await page_of(amina, "/people?tab=blocked")
    answer = await post(amina, f"/people/{bruno.id}/follow")
    assert answer.status_code == 403
    await post(amina, f"/people/{bruno.id}/unblock")
    assert "@bruno@node.example" in await page_of(amina, "/people?who=bruno")


async def test_a_hidden_account_can_be_shown_again(node: LocalNode) -> None:
    bruno = await actor_of(node, "bruno")
    amina = await signed_in(node, "amina")
    await post(amina, f"/people/{bruno.id}/follow")
    await node.work_inbox()
    await node.write("bruno", "Coucou de Bruno")
    await node.work_inbox()
    assert "Coucou de Bruno" in await page_of(amina, "/timeline")
    await post(amina, f"/people/{bruno.id}/mute")
    assert "L’afficher de nouveau" in await page_of(amina, f"/people/{bruno.id}")
    assert "Coucou de Bruno" not in await page_of(amina, "/timeline")
    await post(amina, f"/people/{bruno.id}/unmute")
    assert "Coucou de Bruno" in await page_of(amina, "/timeline")


async def test_nothing_is_done_without_the_form_of_the_session(node: LocalNode) -> None:
    bruno = await actor_of(node, "bruno")
    amina = await signed_in(node, "amina")
    for act in ("follow", "unfollow", "block", "unblock", "remove", "accept", "reject"):
        answer = await amina.post(f"/people/{bruno.id}/{act}", form={"_csrf": "wrong"})
        assert answer.status_code == 403, act
    assert await node.follow("https://node.example/users/amina", bruno.url) is None


async def test_one_comes_back_to_a_page_of_this_site_only(node: LocalNode) -> None:
    bruno = await actor_of(node, "bruno")
    amina = await signed_in(node, "amina")
    for wrong in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x"):
        answer = await post(amina, f"/people/{bruno.id}/follow", next=wrong)
        assert answer.headers["Location"].startswith(f"/people/{bruno.id}"), wrong
    answer = await post(amina, f"/people/{bruno.id}/follow", next="/people?who=bruno")
    assert answer.headers["Location"].startswith("/people?who=bruno")


async def test_the_node_itself_and_the_deleted_have_no_page(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    server = await node.actor("https://node.example/actor")
    assert server is not None
    for number in (server.id, 12345):
        assert (await amina.get(f"/people/{number}")).status_code == 404
