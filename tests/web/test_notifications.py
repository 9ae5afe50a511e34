"""What concerns a member: grouped, counted, read; requests to follow."""

from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, signed_in
from tests.web.members import actor_of, page_of, settle, share_experience


async def test_several_thanks_for_one_experience_are_one_line(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin")
    for name in ("amina", "bruno", "carla"):
        await post(await signed_in(node, name), f"/objects/{record.id}/like")
    greta = await signed_in(node, "greta")
    page = await page_of(greta, "/notifications")
    assert "Carla, Bruno et 1 autre personne ont trouvé utile" in page
    assert page.count("Au jardin") == 1
    assert '<span class="count">3<' in page


async def test_a_comment_a_mention_and_a_private_word_are_told_apart(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin")
    amina = await signed_in(node, "amina")
    await post(amina, f"/objects/{record.id}/comment", text="Merci")
    await post(amina, "/post", text="Voyez @greta", audience="public")
    await post(amina, "/post", text="@greta en privé", audience="direct")
    await settle(node)
    page = await page_of(await signed_in(node, "greta"), "/notifications")
    assert (
        "Amina a commenté : « Au jardin »".replace(" :", "\xa0:")
        .replace("« ", "«\xa0")
        .replace(" »", "\xa0»")
        in page
    )
    assert "vous a nommé·e" in page
    assert "vous a écrit en privé" in page


async def test_what_is_read_is_counted_no_more(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin")
    await post(await signed_in(node, "amina"), f"/objects/{record.id}/like")
    greta = await signed_in(node, "greta")
    page = await page_of(greta, "/notifications")
    until = page.split('name="until" value="')[1].split('"')[0]
    await post(await signed_in(node, "bruno"), f"/objects/{record.id}/share")
    await post(greta, "/notifications/read", until=until)
    page = await page_of(greta, "/notifications")
    assert '<span class="count">1<' in page
    assert page.count("nouveau<") == 1


async def test_nobody_reads_or_marks_the_notifications_of_others(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin")
    await post(await signed_in(node, "amina"), f"/objects/{record.id}/like")
    bruno = await signed_in(node, "bruno")
    assert "Au jardin" not in await page_of(bruno, "/notifications")
    for until in ("9" * 18, "x", ""):
        await post(bruno, "/notifications/read", until=until)
    assert '<span class="count">1<' in await page_of(await signed_in(node, "greta"), "/dashboard")


async def test_a_request_to_follow_is_accepted_or_refused(node: LocalNode) -> None:
    owner = await node.person("locked", locked=True)
    for name in ("amina", "bruno"):
        await node.ask_to_follow(name, "locked@node.example")
    await settle(node)
    client = await signed_in(node, "locked")
    page = await page_of(client, "/notifications")
    assert "@amina@node.example" in page
    amina, bruno = await actor_of(node, "amina"), await actor_of(node, "bruno")
    await post(client, f"/people/{amina.id}/accept")
    await post(client, f"/people/{bruno.id}/reject")
    assert (await node.follow(amina.url, owner.url)).state == "accepted"  # type: ignore[union-attr]
    refused = await node.follow(bruno.url, owner.url)
    assert refused is None or refused.state == "rejected"
    assert "@bruno@node.example" not in await page_of(client, "/notifications")


async def test_nobody_accepts_what_was_not_asked(node: LocalNode) -> None:
    amina, bruno = await actor_of(node, "amina"), await actor_of(node, "bruno")
    answer = await post(await signed_in(node, "amina"), f"/people/{bruno.id}/accept")
    assert answer.status_code == 404
    assert await node.follow(bruno.url, amina.url) is None


async def test_what_was_deleted_is_not_told_any_more(node: LocalNode) -> None:
    await node.person("greta")
    amina = await signed_in(node, "amina")
    answer = await post(amina, "/post", text="Voyez @greta, un secret", audience="public")
    await settle(node)
    greta = await signed_in(node, "greta")
    assert "un secret" in await page_of(greta, "/notifications")
    where = answer.headers["Location"].partition("?")[0]
    await post(amina, f"{where}/delete")
    assert "un secret" not in await page_of(greta, "/notifications")


async def test_a_reuse_is_told_with_the_new_experience(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin")
    await share_experience(
        node,
        "amina",
        title="Au potager",
        adapted_from=record.url,
        adaptations="Plus petit.",
        result_here="Bien.",
    )
    page = await page_of(await signed_in(node, "greta"), "/notifications")
    assert "a réutilisé votre expérience" in page
    assert "Au potager" in page
