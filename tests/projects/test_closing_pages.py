"""The pages on which a project ends and its experience is confirmed, part by part."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from objects.experiences.fields import Indicator
from objects.projects.entries import Entry
from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.names import PUBLIC, concept_uri
from outbox.acts.projects.entries import change_entry
from storage.draft_sources import SourceRecord
from storage.store import Tx
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import csrf, post, signed_in

FRENCH = {"Accept": "text/html", "Accept-Language": "fr"}
SELECT = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
RADIO = re.compile(r'name="(do-\d+)" value="keep"')


async def begun(network: Network) -> tuple[ProjectSpace, LocalNode, Any, str]:
    """A project with notes, its lead's browser, the page of its draft."""
    node = await network.node("alpha")
    await load_bundled(node.store, node.clock.ms)
    space = await open_project(
        network,
        node,
        purpose="Les apprentis n’osent pas souder.",
        objectives=("Souder",),  # type: ignore[arg-type]
        publics=(concept_uri(PUBLIC, "apprentis"),),  # type: ignore[arg-type]
        indicators=(Indicator("Apprentis formés", "0", "40"),),  # type: ignore[arg-type]
    )
    await space.write(node, "lea", "Le groupe vient en présentiel.", "progress")
    await space.write(node, "lea", "Trois nausées.", "difficulty", reach="project")
    await space.write(node, "lea", "Un guide.", "deliverable", title="Guide")
    await network.settle()
    browser = await signed_in(node, "lea", role="member")
    group = await space.group(node)
    answer = await post(
        browser, f"/projects/{group.id}/close", do="close", state="closed", experience="y"
    )
    assert answer.status_code == 303
    return space, node, browser, answer.headers["Location"].partition("?")[0]


async def read(browser: Any, path: str, status: int = 200) -> str:
    answer = await browser.get(path, headers=FRENCH)
    text: str = await answer.get_data(as_text=True)
    assert answer.status_code == status, (path, answer.status_code, text[:400])
    return text


async def sources(node: LocalNode, review: str) -> dict[str, SourceRecord]:
    number = int(review.rpartition("/")[2])
    found = await node.store.query(lambda tx: tx.draft_sources.of_draft(number))
    return {source.field: source for source in found}


async def test_a_project_ends_and_its_draft_opens(network: Network) -> None:
    space, node, browser, review = await begun(network)
    text = await read(browser, review)
    assert "Trois nausées." in text
    assert "Confirmer ce que disent les notes" in text
    assert "<li>Apprentis formés · 0 · 40 (visé)</li>" in text
    group = await space.group(node)
    assert f'href="{review}"' in await read(browser, f"/projects/{group.id}/close")


async def test_a_second_click_leads_to_the_same_draft(network: Network) -> None:
    space, node, browser, review = await begun(network)
    told = await node.count("activities")
    group = await space.group(node)
    answer = await post(
        browser, f"/projects/{group.id}/close", do="close", state="closed", experience="y"
    )
    assert answer.headers["Location"].partition("?")[0] == review
    assert await node.count("activities") == told


async def test_each_part_leads_to_its_note(network: Network) -> None:
    _, node, browser, review = await begun(network)
    text = await read(browser, review)
    for source in (await sources(node, review)).values():
        if source.object_id:
            assert f'href="/read/{source.object_id}"' in text


async def test_what_only_members_read_is_warned_of(network: Network) -> None:
    _, node, browser, review = await begun(network)
    text = await read(browser, review)
    assert text.count("n’est lu que par les membres du projet") == 1
    position = (await sources(node, review))["caveats"].position
    after = text.index("n’est lu que par les membres")
    assert text.index(f'id="keep-{position}"') - after < 2_500


async def test_nothing_is_published_before_every_part_is_confirmed(network: Network) -> None:
    _, node, browser, review = await begun(network)
    number = review.rpartition("/")[2]
    answer = await post(browser, f"/drafts/{number}/publish", revision="1")
    assert answer.headers["Location"].startswith(f"{review}?")
    assert "Pas encore publié" in await read(browser, answer.headers["Location"])
    kept = dict.fromkeys(RADIO.findall(await read(browser, review)), "keep")
    assert len(kept) > 5
    answer = await post(browser, review, **kept)
    assert "Tous les passages sont confirmés" in await read(browser, answer.headers["Location"])
    answer = await post(browser, f"/drafts/{number}/publish", revision="1")
    assert answer.headers["Location"].startswith("/objects/"), answer.headers
    assert await node.count("draft_sources") == 0


async def test_a_part_is_rewritten_and_another_left_out(network: Network) -> None:
    _, node, browser, review = await begun(network)
    found = await sources(node, review)
    caveats, approach = found["caveats"].position, found["approach"].position
    await post(
        browser,
        review,
        **{
            f"do-{caveats}": "later",
            f"text-{caveats}": "Il faut aérer.",
            f"do-{approach}": "leave",
        },
    )
    number = int(review.rpartition("/")[2])
    record = await node.store.query(lambda tx: tx.drafts.by_id(number))
    assert record is not None
    assert '"caveats":"Il faut aérer."' in record.fields
    assert "présentiel" not in record.fields
    again = await sources(node, review)
    assert (again["caveats"].confirmed, again["approach"].confirmed) == (1, 1)


async def test_saving_a_form_unchanged_confirms_nothing(network: Network) -> None:
    _, node, browser, review = await begun(network)
    del node
    number = review.rpartition("/")[2]
    before = len(RADIO.findall(await read(browser, review)))
    for kind in ("", "/full"):
        page = await read(browser, f"/drafts/{number}{kind}")
        form = {"_csrf": csrf(page), **fields_of(page), "do": "save"}
        answer = await browser.post(
            f"/drafts/{number}{kind}",
            data=urlencode(form, doseq=True),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert "done=draft-saved" in answer.headers["Location"], answer.headers
        assert len(RADIO.findall(await read(browser, review))) == before


def fields_of(page: str) -> dict[str, Any]:
    """What a browser sends of the form of writing, but for files."""
    form = page[page.index('name="kind"') - 2_000 :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="(\w+)"', tag)
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or (kind and kind[1] in {"file", "submit"}) or name[1] == "_csrf":
            continue
        if kind and kind[1] in {"checkbox", "radio"} and " checked" not in tag:
            continue
        found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name_, text in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        found[name_] = [unescape(text).lstrip("\r\n").replace("\n", "\r\n")]
    for name_, inside in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', inside)
        found[name_] = [chosen[1] if chosen else ""]
    return found


async def test_a_partner_who_does_not_lead_cannot_end_it(network: Network) -> None:
    space, node, _, _ = await begun(network)
    paul = await signed_in(node, "paul", role="member")
    group = await space.group(node)
    answer = await post(paul, f"/projects/{group.id}/close", do="reopen")
    assert answer.status_code == 403


async def test_a_draft_of_somebody_else_is_not_shown(network: Network) -> None:
    _, node, _, review = await begun(network)
    paul = await signed_in(node, "paul", role="member")
    await read(paul, review, 404)
    answer = await post(paul, review, **{"do-0": "keep"})
    assert answer.status_code == 404


async def test_a_note_that_changes_afterwards_changes_no_draft(network: Network) -> None:
    space, node, browser, review = await begun(network)
    entries = await space.entries(node, "lea")
    record = next(r for row, r in entries if row.kind == "difficulty")
    lea = await node.person("lea")
    await change_entry(node.outbox, lea, record, entry=Entry(kind="difficulty"), text="Autre.")
    assert "Trois nausées." in await read(browser, review)


async def test_it_is_taken_up_again(network: Network) -> None:
    space, node, browser, _ = await begun(network)
    group = await space.group(node)
    assert "Reprendre le projet" in await read(browser, f"/projects/{group.id}/close")
    await post(browser, f"/projects/{group.id}/close", do="reopen")

    async def state(tx: Tx) -> str:
        found = await tx.projects.by_id(group.id)
        return found.state if found else ""

    assert await node.store.query(state) == "running"


@pytest.mark.parametrize("state", ["idea", "nonsense", ""])
async def test_no_other_state_ends_a_project(network: Network, state: str) -> None:
    space, node, browser, _ = await begun(network)
    group = await space.group(node)
    answer = await post(browser, f"/projects/{group.id}/close", do="close", state=state)
    assert answer.status_code == 422
