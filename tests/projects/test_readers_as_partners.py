"""Partners whose account reads and comments only: they write notes, and are offered no more."""

from typing import Any

from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import signed_in
from tests.web.members import page_of

OFFERED = {
    "calendar": "/events/new",
    "experiences": '/close">Écrire une expérience',
    "keep": "/keep/home",
}


async def seen(space: ProjectSpace, node: LocalNode, browser: Any) -> set[str]:
    """The pages that offer what authors do."""
    base = f"/projects/{(await space.group(node)).id}"
    pages = {name: await page_of(browser, f"{base}/{name}") for name in OFFERED}
    return {name for name, text in pages.items() if OFFERED[name] in text}


async def test_readers_are_offered_nothing_that_only_authors_do(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    await space.invite(beta, "rene")
    rene = await signed_in(beta, "rene")
    assert await seen(space, beta, rene) == set(OFFERED)
    assert 'href="/my/experiences"' in await page_of(rene, "/dashboard")

    rene = await signed_in(beta, "rene", role="reader")
    assert await seen(space, beta, rene) == set()
    for page in ("/dashboard", f"/projects/{(await space.group(beta)).id}"):
        assert 'href="/my/experiences"' not in await page_of(rene, page)
    base = f"/projects/{(await space.group(beta)).id}"
    assert f'href="{base}/report"' in await page_of(rene, f"{base}/experiences")
