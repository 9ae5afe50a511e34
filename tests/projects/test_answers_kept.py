"""What people type for a project comes back when it is refused, and arrives whole when not."""

from outbox.acts.block import block_actor
from tests.projects.dates import call_for, partners
from tests.support.fediverse import Network
from tests.support.signed_in import post, signed_in

WORDS = "J’apporte deux casques et une salle."


async def test_a_refused_request_to_join_keeps_its_words(network: Network) -> None:
    space, (alpha, *_) = await partners(network)
    group = await space.group(alpha)
    rose = await signed_in(alpha, "rose")
    await block_actor(alpha.outbox, await alpha.person("rose"), group)
    answer = await post(rose, f"/projects/{group.id}/join", message=WORDS)
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert WORDS in text
    assert "l’un des deux bloque l’autre" in text


async def test_a_long_answer_to_a_call_arrives_whole(network: Network) -> None:
    space, (alpha, *_) = await partners(network)
    call = await call_for(space, "Une monteuse", 5)
    rose = await signed_in(alpha, "rose")
    long = "a" * 990 + " la fin."
    answer = await post(rose, f"/calls/{call.id}/answer", text=long, do="join")
    assert answer.status_code == 303
    membership = await space.membership(alpha, (await alpha.person("rose")).url)
    assert membership is not None
    assert membership.engagement.endswith("la fin.")
