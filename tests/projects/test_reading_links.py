"""Links through which a funder reads a project without an account."""

import io
import re
from typing import Any

import pikepdf
from PIL import Image

from objects.media import MediaLimits, store_upload
from storage.project_links import ProjectLinkRecord
from storage.records import MediaRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.test_pdf import links as links_of

FRENCH = {"Accept": "text/html", "Accept-Language": "fr"}
ADDRESS = re.compile(r'value="https?://[^/"]+(/p/[\w-]+)"')
FILE = re.compile(r'href="(/p/[^"]+/files/[^"]+)"')
NOT_YET = "2026-12-31"


async def opened(network: Network, **said: Any) -> tuple[ProjectSpace, LocalNode, Any]:
    """A project with a note for everybody and one for its members, and its lead's browser."""
    node = await network.node("alpha")
    space = await open_project(network, node, funder="Région Normandie", **said)
    await space.write(node, "lea", "Deux casques.", "progress", happened="2026-03-02",
                      reach="public")  # fmt: skip
    await space.write(node, "lea", "Des nausées.", "difficulty", happened="2026-06-10",
                      reach="project")  # fmt: skip
    await network.settle()
    return space, node, await signed_in(node, "lea")


async def made(space: ProjectSpace, node: LocalNode, browser: Any, **form: str) -> str:
    """The address of a new link, as the page shows it once."""
    group = await space.group(node)
    sent = {"label": "Région", "reach": "project", "expires": NOT_YET, **form}
    answer = await post(browser, f"/projects/{group.id}/links", **sent)
    text = await answer.get_data(as_text=True)
    found = ADDRESS.search(text)
    assert found is not None, text[:1_000]
    return found[1]


async def read(node: LocalNode, path: str) -> tuple[int, str]:
    """What somebody without an account gets."""
    answer = await node.app.test_client().get(path, headers=FRENCH)
    return answer.status_code, await answer.get_data(as_text=True)


async def kept(node: LocalNode, space: ProjectSpace) -> list[ProjectLinkRecord]:
    group = await space.group(node)
    return await node.store.query(lambda tx: tx.project_links.of_project(group.id, "reading"))


async def test_a_funder_reads_the_report_without_an_account(network: Network) -> None:
    space, node, browser = await opened(network)
    status, text = await read(node, await made(space, node, browser))
    assert status == 200
    for said in ("Rapport d’avancement", "Deux casques.", "Des nausées.", "Région Normandie"):
        assert said in text, said
    assert "Lea" in text


async def test_a_link_shows_its_period_alone(network: Network) -> None:
    space, node, browser = await opened(network)
    period = {"start": "2026-06-01", "end": "2026-06-30"}
    _, text = await read(node, await made(space, node, browser, **period))
    assert "Des nausées." in text
    assert "Deux casques." not in text


async def test_the_address_is_shown_once_and_kept_nowhere(network: Network) -> None:
    space, node, browser = await opened(network)
    path = await made(space, node, browser)
    secret = path.rpartition("/")[2]
    group = await space.group(node)
    page = await browser.get(f"/projects/{group.id}/links", headers=FRENCH)
    assert secret not in await page.get_data(as_text=True)
    (link,) = await kept(node, space)
    assert secret not in repr(link)
    assert secret not in link.secret_hash


async def test_leads_see_when_it_was_read_and_end_it(network: Network) -> None:
    space, node, browser = await opened(network)
    path = await made(space, node, browser)
    assert (await kept(node, space))[0].last_used_at is None
    await read(node, path)
    (link,) = await kept(node, space)
    assert link.last_used_at == node.clock.ms
    group = await space.group(node)
    answer = await post(browser, f"/projects/{group.id}/links/{link.id}/revoke")
    assert answer.status_code == 303
    assert (await read(node, path))[0] == 404
    page = await (await browser.get(f"/projects/{group.id}/links", headers=FRENCH)).get_data(
        as_text=True
    )
    assert "terminé" in page


async def test_what_makes_no_sense_comes_back_into_the_form(network: Network) -> None:
    space, node, browser = await opened(network)
    group = await space.group(node)
    wrong = [
        {"label": ""}, {"expires": ""}, {"expires": "2020-01-01"}, {"expires": "2099-01-01"},
        {"reach": "everybody"}, {"start": "2026-06-30", "end": "2026-06-01"},
    ]  # fmt: skip
    for form in wrong:
        sent = {"label": "Région", "reach": "public", "expires": NOT_YET, **form}
        answer = await post(browser, f"/projects/{group.id}/links", **sent)
        assert answer.status_code == 422, form
    assert await kept(node, space) == []


async def test_the_report_is_had_on_paper_too(network: Network) -> None:
    space, node, browser = await opened(network)
    path = await made(space, node, browser)
    answer = await node.app.test_client().get(f"{path}/report.pdf")
    assert answer.content_type == "application/pdf", await answer.get_data(as_text=True)
    document = pikepdf.open(io.BytesIO(await answer.get_data(as_text=False)))
    assert bool(document.Root.MarkInfo.Marked)
    group = await space.group(node)
    assert (group.html_url or group.url) in links_of(document)


async def picture(node: LocalNode) -> MediaRecord:
    drawn = io.BytesIO()
    Image.new("RGB", (300, 200), (120, 160, 90)).save(drawn, "JPEG")
    services = node.services
    return await store_upload(
        node.store, services.files, MediaLimits(10**7, 10**7), await node.person("lea"),
        drawn.getvalue(), "Un casque", node.clock.ms,
    )  # fmt: skip


async def test_files_for_members_are_read_through_a_link_that_shows_them(
    network: Network,
) -> None:
    space, node, browser = await opened(network)
    media = await picture(node)
    await space.write(node, "lea", "Voir la photo.", "progress", reach="project",
                      media_ids=(media.id,))  # fmt: skip
    await network.settle()
    path = await made(space, node, browser)
    _, text = await read(node, path)
    found = FILE.search(text)
    assert found is not None, text
    answer = await node.app.test_client().get(found[1])
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_partners_make_no_links(network: Network) -> None:
    space, node, _ = await opened(network)
    await space.invite(node, "paul")
    paul = await signed_in(node, "paul")
    group = await space.group(node)
    assert (await paul.get(f"/projects/{group.id}/links")).status_code == 403
    answer = await post(paul, f"/projects/{group.id}/links", label="x", reach="project",
                        expires=NOT_YET)  # fmt: skip
    assert answer.status_code == 403
    assert await kept(node, space) == []
