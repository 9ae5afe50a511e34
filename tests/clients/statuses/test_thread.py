"""What stands above and below a post: in Mastodon's order, as far as it may be seen."""

from collections.abc import Callable
from typing import Any

from outbox.acts.block import block_actor
from storage.store import Tx
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode

STATUSES = "/api/v1/statuses"


async def say(app: App, text: str, to: str | None = None, visibility: str = "public") -> str:
    """Publish something; its id."""
    sent = {"status": text, "in_reply_to_id": to, "visibility": visibility}
    return str((await app.post(STATUSES, json=sent))["id"])


async def texts(app: App, number: str) -> tuple[list[str], list[str]]:
    """What stands above and below a post, as bare texts."""
    found = await app.get(f"{STATUSES}/{number}/context")

    def bare(statuses: list[dict[str, Any]]) -> list[str]:
        return [status["content"].removeprefix("<p>").removesuffix("</p>") for status in statuses]

    return bare(found["ancestors"]), bare(found["descendants"])


async def test_a_thread_is_read_from_anywhere_in_it(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    root = await say(amina, "1")
    left = await say(bruno, "2", root)
    right = await say(bruno, "3", root)
    deep = await say(amina, "4", left)
    deeper = await say(bruno, "5", deep)
    await say(bruno, "6", right)
    # Whoever answers to themselves comes first, as in Mastodon.
    assert await texts(amina, root) == ([], ["6", "2", "4", "5", "3"])
    assert await texts(amina, deep) == (["1", "2"], ["5"])
    assert await texts(amina, deeper) == (["1", "2", "4"], [])


async def test_what_authors_add_to_their_own_posts_comes_first(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    root = await say(amina, "1/3")
    await say(bruno, "oui", root)
    second = await say(amina, "2/3", root)
    await say(amina, "3/3", second)
    assert await texts(bruno, root) == ([], ["2/3", "3/3", "oui"])


async def test_what_one_may_not_or_does_not_want_to_see_is_left_out(node: LocalNode) -> None:
    amina, bruno, claire = [await app_of(node, name) for name in ("amina", "bruno", "claire")]
    root = await say(amina, "racine")
    hidden = await say(bruno, "caché", root, "private")
    await say(bruno, "dessous", hidden)
    await say(claire, "claire", root)
    assert await texts(amina, root) == ([], ["dessous", "claire"])
    assert await texts(bruno, root) == ([], ["dessous", "caché", "claire"])
    assert claire.actor is not None
    assert amina.actor is not None
    await block_actor(node.outbox, amina.actor, claire.actor)
    assert await texts(amina, root) == ([], ["dessous"])

    async def mute(tx: Tx) -> None:
        await tx.connection.execute(
            "insert into mutes (id, actor_id, target_id, created_at) values (1, $1, $2, 0)",
            int(amina.id),
            int(bruno.id),
        )

    await node.store.write(mute)
    assert await texts(amina, root) == ([], [])


async def test_strangers_see_a_part_of_a_long_thread(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    number = root = await say(amina, "0")
    for n in range(1, 45):
        number = await say(amina, str(n), number)
    stranger = App(node)
    above, _ = await texts(stranger, number)
    assert above == [str(n) for n in range(4, 44)]
    _, below = await texts(stranger, root)
    assert below == [str(n) for n in range(1, 21)]
    above, _ = await texts(amina, number)
    assert above == [str(n) for n in range(44)]
    _, below = await texts(amina, root)
    assert below == [str(n) for n in range(1, 45)]


async def test_the_number_of_queries_does_not_grow_with_the_thread(node: LocalNode) -> None:
    amina = await app_of(node, "amina")

    async def cost(app: App, number: str) -> int:
        asked = 0
        engine = node.store._engine
        plain: Callable[..., Any] = engine.query

        async def counting(operation: Callable[..., Any]) -> Any:
            async def watched(connection: Any) -> Any:
                nonlocal asked
                for name in ("fetch_all", "fetch_one", "fetch_value"):
                    before = getattr(connection, name)

                    async def ask(*args: Any, before: Any = before) -> Any:
                        nonlocal asked
                        asked += 1
                        return await before(*args)

                    setattr(connection, name, ask)
                return await operation(connection)

            return await plain(watched)

        engine.query = counting  # type: ignore[method-assign]
        try:
            await app.get(f"{STATUSES}/{number}/context")
        finally:
            engine.query = plain  # type: ignore[method-assign]
        return asked

    root = await say(amina, "0")
    number = await say(amina, "1", root)
    short = await cost(amina, root)
    for n in range(2, 12):
        number = await say(amina, str(n), number)
    assert await cost(amina, root) == short > 0


async def test_the_thread_of_what_is_hidden_is_hidden(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    hidden = await say(amina, "caché", None, "private")
    for number in (hidden, "7"):
        answer = await App(node).get(f"{STATUSES}/{number}/context", expect=404)
        assert answer == {"error": "Record not found"}
