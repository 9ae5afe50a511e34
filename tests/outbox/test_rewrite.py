"""Another text for one's own post: its readers and its thread stay."""

import pytest

from outbox.acts.rewrite import rewrite
from outbox.context import ActRefused
from tests.support.fediverse import LocalNode, Network


async def test_the_new_text_reaches_those_who_got_the_old_one(network: Network) -> None:
    node, mfr = await network.node("greta"), await network.node("mfr")
    await node.person("amina")
    await mfr.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    url = await node.write("amina", "Un #premier jet", markdown=True)
    await network.settle()
    record = await node.object(url)
    assert record is not None
    await rewrite(node.outbox, await node.person("amina"), record, "Un **second** #essai")
    await network.settle()
    there = await mfr.object(url)
    assert there is not None
    assert "<strong>second</strong>" in there.content
    assert "premier" not in there.document
    assert there.edited_at is not None


async def test_audience_and_thread_stay(node: LocalNode) -> None:
    await node.person("bruno")
    first = await node.write("bruno", "Une question")
    url = await node.write("amina", "@bruno Une réponse", visibility="direct", reply_to=first)
    before = await node.object(url)
    assert before is not None
    await rewrite(node.outbox, await node.person("amina"), before, "Autre chose")
    after = await node.object(url)
    assert after is not None
    assert (after.visibility, after.in_reply_to) == ("direct", first)
    named = await node.store.query(lambda tx: tx.objects.audience(after.id))
    assert (await node.person("bruno")).id in named


async def test_only_the_author_rewrites(node: LocalNode) -> None:
    record = await node.object(await node.write("amina", "À moi"))
    assert record is not None
    with pytest.raises(ActRefused):
        await rewrite(node.outbox, await node.person("bruno"), record, "À moi maintenant")
