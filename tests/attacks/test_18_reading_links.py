"""Links without an account: guessed, revoked, expired, asked for more than they show."""

import re
from typing import Any

import pytest

from objects.projects.fields import ProjectReach
from objects.projects.links import make_link, opened
from objects.projects.reporting import Period
from storage.store import Tx
from tests.projects.test_reading_links import FILE, picture, read
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project

HOUR_MS = 3_600_000


async def place(network: Network, **said: Any) -> tuple[ProjectSpace, LocalNode]:
    """A project with a note for each circle; the one for members has a file."""
    node = await network.node("alpha")
    space = await open_project(network, node, **said)
    media = await picture(node)
    await space.write(node, "lea", "Pour tous.", "progress", reach="public")
    await space.write(node, "lea", "Pour le réseau.", "progress", reach="network")
    await space.write(node, "lea", "Entre nous.", "progress", reach="project",
                      media_ids=(media.id,))  # fmt: skip
    await network.settle()
    return space, node


async def link(
    space: ProjectSpace, node: LocalNode, reach: ProjectReach = "public", hours: int = 1
) -> str:
    """The secret of a new link."""
    group, lead, now = await space.group(node), await node.person("lea"), node.clock.ms

    async def make(tx: Tx) -> str:
        expires = now + hours * HOUR_MS
        return await make_link(tx, group, lead, "Région", reach, Period(), expires, now)

    return await node.store.write(make)


def bare(text: str, secret: str) -> str:
    """A page without the address under which it was asked for."""
    return text.replace(secret, "")


async def test_wrong_revoked_and_expired_secrets_get_the_same_answer(network: Network) -> None:
    space, node = await place(network)
    ended, late = await link(space, node), await link(space, node, hours=2)
    group = await space.group(node)
    (_, first) = await node.store.query(lambda tx: tx.project_links.of_project(group.id, "reading"))
    await node.store.write(lambda tx: tx.project_links.revoke(group.id, first.id, node.clock.ms))
    assert (await read(node, f"/p/{ended}"))[0] == 404
    assert (await read(node, f"/p/{late}"))[0] == 200
    node.clock.pass_by(3 * 3_600)
    for tail in ("", "/report.pdf", "/files/1/a.jpg"):
        seen = set()
        for secret in (ended, late, "guess-1", "A" * 43, "a" * 5_000):
            status, text = await read(node, f"/p/{secret}{tail}")
            seen.add((status, bare(text, secret)))
        assert {status for status, _ in seen} == {404}, tail
        texts = {re.sub(r"/p/[^\"&]*|%2Fp%2F[^\"&]*", "", text) for _, text in seen}
        assert len(texts) == 1, tail


@pytest.mark.parametrize(
    ("reach", "shown"),
    [
        ("public", ["Pour tous."]),
        ("network", ["Pour tous.", "Pour le réseau."]),
        ("project", ["Pour tous.", "Pour le réseau.", "Entre nous."]),
    ],
)
async def test_a_link_shows_no_more_than_its_reach(
    network: Network, reach: ProjectReach, shown: list[str]
) -> None:
    space, node = await place(network)
    secret = await link(space, node, reach)
    _, text = await read(node, f"/p/{secret}")
    found = [said for said in ("Pour tous.", "Pour le réseau.", "Entre nous.") if said in text]
    assert found == shown


async def test_a_file_is_had_only_through_a_link_that_shows_its_note(network: Network) -> None:
    space, node = await place(network)
    wide, narrow = await link(space, node, "project"), await link(space, node, "network")
    found = FILE.search((await read(node, f"/p/{wide}"))[1])
    assert found is not None
    assert (await read_bytes(node, found[1])) == 200
    assert FILE.search((await read(node, f"/p/{narrow}"))[1]) is None
    assert (await read_bytes(node, found[1].replace(wide, narrow))) == 404


async def read_bytes(node: LocalNode, path: str) -> int:
    answer = await node.app.test_client().get(path)
    return int(answer.status_code)


async def test_a_link_opens_no_file_of_another_project(network: Network) -> None:
    space, node = await place(network)
    other = await open_project(network, node, "lea", "autre", reach="project")
    mine, theirs = await link(space, node, "project"), await link(other, node, "project")
    found = FILE.search((await read(node, f"/p/{mine}"))[1])
    assert found is not None
    assert (await read_bytes(node, found[1].replace(mine, theirs))) == 404


async def test_a_link_for_everybody_tells_nothing_of_a_space_for_members(
    network: Network,
) -> None:
    space, node = await place(network, reach="project", funder="Mécène discret")
    _, public = await read(node, f"/p/{await link(space, node, 'public')}")
    _, whole = await read(node, f"/p/{await link(space, node, 'project')}")
    assert "Mécène discret" in whole
    assert "Mécène discret" not in public


async def test_a_calendar_s_secret_opens_no_report(network: Network) -> None:
    space, node = await place(network)
    secret = await link(space, node)
    await node.store.write(
        lambda tx: tx.connection.execute("update project_links set kind = 'calendar'")
    )
    assert (await read(node, f"/p/{secret}"))[0] == 404


async def test_guessing_is_slowed_down(network: Network) -> None:
    _, node = await place(network)
    for guess in range(600):
        status, _text = await read(node, f"/p/{guess:043d}")
        if status == 429:
            assert guess >= 30, "people who mistype are not locked out"
            return
    raise AssertionError("nobody slows a guesser down")


async def test_nothing_follows_or_leads_back_to_the_reader(network: Network) -> None:
    space, node = await place(network)
    secret = await link(space, node, "project")
    for tail in ("", "/report.pdf"):
        answer = await node.app.test_client().get(f"/p/{secret}{tail}")
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "private, no-store"


async def test_the_rows_do_not_give_the_address_away(network: Network) -> None:
    space, node = await place(network)
    secret = await link(space, node)
    for table in ("project_links", "audit_log"):
        rows = await node.store.query(
            lambda tx, name=table: tx.connection.fetch_all(f"select * from {name}")  # type: ignore[misc]
        )
        assert rows, table
        assert secret not in repr([tuple(row) for row in rows])


async def test_a_link_ends_with_its_project(network: Network) -> None:
    space, node = await place(network)
    secret = await link(space, node)
    group = await space.group(node)
    await node.store.write(
        lambda tx: tx.connection.execute(
            "update actors set state = 'suspended' where id = $1", group.id
        )
    )
    assert await node.store.query(lambda tx: opened(tx, secret, node.clock.ms)) is None
