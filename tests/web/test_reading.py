"""Reading an object, answering it, thanking for it, sharing it, asking its author."""

from typing import Any

import pytest

from storage.records import ObjectRecord
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import csrf, post, signed_in
from tests.web.members import actor_of, page_of, settle, share_experience


async def arrived(node: LocalNode, **changes: Any) -> ObjectRecord:
    """A note of somebody elsewhere whom amina follows."""
    luc = node.wires.person("https://far.example/users/luc", name="Luc")
    await node.befriend("amina", luc)
    written = note(luc, **changes)
    await node.receive(luc, create(luc, written))
    record = await node.object(written["id"])
    assert record is not None
    return record


async def test_an_experience_is_read_whole(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin", caveats="La pluie.")
    page = await page_of(await signed_in(node, "amina"), f"/read/{record.id}")
    for text in ("Au jardin", "La pluie.", "Le déroulé", "C’est utile", "J’ai réutilisé"):
        assert text in page, text


async def test_a_picture_of_another_site_is_a_link_and_never_loaded(node: LocalNode) -> None:
    record = await arrived(
        node,
        content="<p>Voici</p><img src='https://far.example/spy.png'><script>x()</script>",
        attachment=[
            {
                "type": "Image",
                "mediaType": "image/png",
                "url": "https://far.example/a.png",
                "name": "Un établi",
            }
        ],
    )
    amina = await signed_in(node, "amina")
    answer = await amina.get(f"/read/{record.id}", headers={"Accept": "text/html"})
    page = await answer.get_data(as_text=True)
    assert "Un établi" in page
    assert 'href="https://far.example/a.png"' in page
    assert 'src="https://far.example' not in page
    assert "<script>x()" not in page
    assert "img-src 'self'" in answer.headers["Content-Security-Policy"]
    assert [r.url for r in node.wires.log if "png" in str(r.url)] == []


async def test_what_is_not_for_somebody_does_not_exist_for_them(node: LocalNode) -> None:
    secret = await node.object(await node.write("bruno", "Pour moi", visibility="followers"))
    assert secret is not None
    amina = await signed_in(node, "amina")
    assert (await amina.get(f"/read/{secret.id}")).status_code == 404
    for act in ("like", "share", "comment", "ask"):
        answer = await post(amina, f"/objects/{secret.id}/{act}", text="Bonjour")
        assert answer.status_code == 404, act
    for act in ("edit", "delete"):
        assert (await post(amina, f"/read/{secret.id}/{act}", text="x")).status_code == 404


async def test_thanks_are_counted_once_and_can_be_taken_back(network: Network) -> None:
    node, mfr = await network.node("greta"), await network.node("mfr")
    await node.ask_to_follow("amina", "mfr@mfr.example")
    await network.settle()
    there = await share_experience(mfr, "mfr", title="Ailleurs")
    await network.settle()
    here = await node.object(there.url)
    assert here is not None
    amina = await signed_in(node, "amina")
    for _ in range(2):
        answer = await post(amina, f"/objects/{here.id}/like", next=f"/read/{here.id}")
        assert answer.headers["Location"] == f"/read/{here.id}?done=liked"
    await network.settle()
    seen = await mfr.object(there.url)
    assert seen is not None
    assert seen.likes_count == 1
    assert "✓ Utile pour moi" in await page_of(amina, f"/read/{here.id}")
    await post(amina, f"/objects/{here.id}/unlike")
    await network.settle()
    seen = await mfr.object(there.url)
    assert seen is not None
    assert seen.likes_count == 0


async def test_what_is_for_a_circle_cannot_be_shared(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Entre nous", reach="organisation")
    amina = await signed_in(node, "amina")
    page = await page_of(amina, f"/read/{record.id}")
    assert "réservé à un cercle" in page
    assert f"/objects/{record.id}/share" not in page
    answer = await post(amina, f"/objects/{record.id}/share")
    assert answer.status_code == 422


async def test_a_comment_is_as_visible_as_what_it_answers(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    for reach, visibility in (("public", "public"), ("organisation", "organisation")):
        record = await share_experience(node, "greta", title=f"Pour {reach}", reach=reach)
        answer = await post(amina, f"/objects/{record.id}/comment", text="Merci **bien**")
        assert answer.status_code == 303
        page = await page_of(amina, f"/read/{record.id}")
        assert "Merci bien" in page
        ids = await node.store.query(lambda tx, r=record: tx.timelines.thread(r.url, None))  # type: ignore[misc]
        comment = await node.store.query(lambda tx, n=ids[0]: tx.objects.by_id(n))  # type: ignore[misc]
        assert comment is not None
        assert comment.visibility == visibility
    assert "mention" in await node.notified("greta")


async def test_an_empty_comment_is_said_beside_the_field(node: LocalNode) -> None:
    record = await share_experience(node, "greta")
    amina = await signed_in(node, "amina")
    answer = await post(amina, f"/objects/{record.id}/comment", text="   ")
    page = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#text"' in page
    long = "é" * 5_001
    answer = await post(amina, f"/objects/{record.id}/comment", text=long)
    assert answer.status_code == 422
    assert long in await answer.get_data(as_text=True)


async def test_a_question_reaches_the_author_alone(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin")
    amina = await signed_in(node, "amina")
    await post(amina, f"/objects/{record.id}/ask", text="Quel budget ?")
    await settle(node)
    assert "Quel budget" in await page_of(await signed_in(node, "greta"), f"/read/{record.id}")
    assert "Quel budget" not in await page_of(await signed_in(node, "bruno"), f"/read/{record.id}")
    assert "vous a écrit en privé" in await page_of(
        await signed_in(node, "greta"), "/notifications"
    )


async def test_answers_stand_below_and_what_they_answer_above(node: LocalNode) -> None:
    record = await share_experience(node, "greta", title="Au jardin")
    amina = await signed_in(node, "amina")
    await post(amina, f"/objects/{record.id}/comment", text="Premier commentaire")
    first = (await node.store.query(lambda tx: tx.timelines.thread(record.url, None)))[0]
    await post(amina, f"/objects/{first}/comment", text="Suite du premier")
    page = await page_of(amina, f"/read/{record.id}")
    assert page.index("Premier commentaire") < page.index("Suite du premier")
    assert 'class="answer depth-1"' in page
    above = (await page_of(amina, f"/read/{first}")).partition("<main")[2]
    assert above.index("Au jardin") < above.index("Premier commentaire")


async def test_one_changes_and_deletes_only_what_is_ones_own(node: LocalNode) -> None:
    url = await node.write("amina", "Un premier jet", markdown=True)
    record = await node.object(url)
    assert record is not None
    amina, bruno = await signed_in(node, "amina"), await signed_in(node, "bruno")
    for act in ("edit", "delete"):
        assert (await post(bruno, f"/read/{record.id}/{act}", text="x")).status_code == 403
    assert "Un premier jet" in await page_of(amina, f"/read/{record.id}/edit")
    await post(amina, f"/read/{record.id}/edit", text="Un **second** jet")
    changed = await node.object(url)
    assert changed is not None
    assert "<strong>second</strong>" in changed.content
    assert changed.edited_at is not None
    await post(amina, f"/read/{record.id}/delete")
    assert (await amina.get(f"/read/{record.id}")).status_code == 404


async def test_a_private_message_is_for_those_whom_it_names(node: LocalNode) -> None:
    await node.person("bruno")
    amina = await signed_in(node, "amina")
    answer = await post(amina, "/post", text="@bruno Entre nous deux", audience="direct")
    where = answer.headers["Location"].partition("?")[0]
    assert "Entre nous deux" in await page_of(await signed_in(node, "bruno"), where)
    assert (await (await signed_in(node, "carla")).get(where)).status_code == 404


@pytest.mark.parametrize("act", ["like", "unlike", "share", "unshare", "comment", "ask"])
async def test_nothing_is_done_for_a_form_of_another_site(node: LocalNode, act: str) -> None:
    record = await share_experience(node, "greta")
    amina = await signed_in(node, "amina")
    path = f"/objects/{record.id}/{act}"
    assert (await amina.post(path, form={"text": "x"})).status_code == 403
    token = csrf(await page_of(amina, f"/read/{record.id}"))
    answer = await amina.post(
        path, form={"text": "x", "_csrf": token}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    after = await node.object(record.url)
    assert after is not None
    assert (after.likes_count, after.shares_count, after.replies_count) == (0, 0, 0)


async def test_strangers_must_sign_in_to_answer(node: LocalNode) -> None:
    record = await share_experience(node, "greta")
    answer = await node.app.test_client().post(f"/objects/{record.id}/like", form={})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


async def test_one_comes_back_to_this_site_only(node: LocalNode) -> None:
    record = await share_experience(node, "greta")
    amina = await signed_in(node, "amina")
    for wrong in ("//evil.example", "https://evil.example/", "/%2f/evil.example", "/\\evil"):
        answer = await post(amina, f"/objects/{record.id}/like", next=wrong)
        assert answer.headers["Location"] == f"/read/{record.id}?done=liked", wrong


async def test_the_blocked_see_nothing_of_each_other(node: LocalNode) -> None:
    record = await node.object(await node.write("bruno", "Bonjour à tous"))
    bruno = await actor_of(node, "bruno")
    assert record is not None
    amina = await signed_in(node, "amina")
    await post(amina, f"/people/{bruno.id}/block")
    assert (await amina.get(f"/read/{record.id}")).status_code == 404
