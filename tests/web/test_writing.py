"""Writing an experience on pages: nothing typed is lost, and what is wrong is said beside it."""

from typing import Any

import pytest

from objects.experiences.fields import Tool
from objects.experiences.reading import load
from tests.support.fediverse import LocalNode
from tests.web.writing_desk import FIELDS, Desk, desk, hidden, number_in, with_concepts


@pytest.fixture
async def nour(node: LocalNode) -> Desk:
    return await desk(await with_concepts(node), "nour")


async def stored(at: Desk, number: int) -> Any:
    found = await at.node.store.query(lambda tx: load(tx, number, None))
    assert found is not None
    return found


async def test_a_visitor_is_asked_to_sign_in(node: LocalNode) -> None:
    answer = await node.app.test_client().get("/write")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=/write")


async def test_readers_cannot_write(node: LocalNode) -> None:
    rene = await desk(node, "rene", "reader")
    await rene.read("/write", 403)


async def test_the_quick_form_asks_for_the_fast_fields_alone(nour: Desk) -> None:
    page = await nour.read("/write")
    asked = {"title", "summary", "context", "publics", "objectives", "modalities", "approach"}
    asked |= {"tool_lines", "results", "caveats", "maturity"}
    assert [name for name in asked if f'name="{name}"' not in page] == []
    for name in ("duration_number", "indicators", "themes", "territory", "next_steps"):
        assert f'name="{name}' not in page


async def test_an_experience_is_published_in_one_go(nour: Desk) -> None:
    number = await nour.publish(tool_lines="Moodle https://moodle.org")
    found = await stored(nour, number)
    assert found.experience.title == FIELDS["title"]
    assert found.experience.objectives == ("Remplir un dossier en ligne", "Écrire un courriel")
    assert found.experience.tools == (Tool("Moodle", "https://moodle.org"),)
    assert found.record.visibility == "public"
    assert await nour.node.count("drafts") == 0


async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(nour: Desk) -> None:
    answer = await nour.send(
        "/write", "publish", title="", maturity=None, context="Mon contexte à moi"
    )
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert 'href="#title"' in page
    assert 'id="title-error"' in page
    assert "Mon contexte à moi" in page
    assert FIELDS["caveats"] in page
    assert await nour.node.count("objects") == 0
    assert await nour.node.count("drafts") == 1


async def test_a_double_click_publishes_once(nour: Desk) -> None:
    number = await nour.begin()
    page = await nour.read(f"/drafts/{number}")
    first = await nour.send(f"/drafts/{number}", "publish", **hidden(page))
    second = await nour.send(f"/drafts/{number}", "save", **hidden(page))
    assert first.headers["Location"].startswith("/objects/")
    assert second.status_code == 303
    assert await nour.node.count("experiences") == 1


async def test_a_number_in_words_is_kept_and_said(nour: Desk) -> None:
    answer = await nour.send("/write", "publish", public_number="une douzaine")
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert "une douzaine" in page
    assert 'id="public_number-error"' in page


async def test_the_full_form_keeps_every_field(nour: Desk) -> None:
    number = await nour.begin()
    answer = await nour.send(
        f"/drafts/{number}/full",
        kind="full",
        revision="1",
        **{
            "tools-0-name": "Moodle",
            "tools-0-url": "https://moodle.org",
            "tools-1-name": "",
            "tools-1-url": "",
            "tools-2-name": "Tableau",
            "means-0-role": "Formatrice",
            "means-0-days": "2,5",
            "indicators-0-name": "Présence",
            "indicators-0-before": "60 %",
            "partners-0-name": "Mairie",
            "duration_number": "3",
            "duration_unit": "D",
            "starts": "2026-03-01",
            "cost_from": "1 200",
            "transferability": "3",
            "territory": "50129",
        },
    )
    assert answer.status_code == 303
    draft = await nour.draft(number)
    e = draft.experience
    assert [tool.name for tool in e.tools] == ["Moodle", "Tableau"]
    assert (e.means[0].role, e.means[0].days) == ("Formatrice", 2.5)
    assert (e.duration, e.starts, e.cost_from, e.transferability) == ("P3D", "2026-03-01", 1200, 3)
    assert e.indicators[0].before == "60 %"
    page = await nour.read(f"/drafts/{number}/full")
    for shown in ("Moodle", "Tableau", "2.5", "Mairie", "50129", "1200"):
        assert shown in page
    quick = await nour.send(f"/drafts/{number}", revision="2", tool_lines="Moodle\nAutre")
    assert quick.status_code == 303
    kept = (await nour.draft(number)).experience
    assert [tool.name for tool in kept.tools] == ["Moodle", "Autre"]
    assert kept.territory == "50129"


async def test_a_problem_elsewhere_opens_the_full_form(nour: Desk) -> None:
    number = await nour.begin()
    full = {"kind": "full", "revision": "1", "starts": "32/13/2026"}
    await nour.send(f"/drafts/{number}/full", **full)
    answer = await nour.send(f"/drafts/{number}", "publish", revision="2")
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert 'id="starts-error"' in page
    assert "32/13/2026" in page


async def test_rows_are_added_without_a_script(nour: Desk) -> None:
    number = await nour.begin()
    answer = await nour.send(
        f"/drafts/{number}/full", "add:partners", kind="full", revision="1",
        **{"partners-0-name": "Mairie"},
    )  # fmt: skip
    page = await nour.read(answer.headers["Location"].partition("#")[0])
    assert 'name="partners-1-name"' in page
    assert "Mairie" in page


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("publics", "https://communotic.normandie.fr/ns/public/martiens", "publics"),
        ("maturity", "javascript:alert(1)", "maturity"),
        ("licence", "WTFPL", "licence"),
        ("reach", "everybody", "reach"),
        ("language", "<script>", "language"),
        ("title", "x" * 151, "title"),
    ],
)
async def test_hostile_values_are_refused_beside_their_field(
    nour: Desk, field: str, value: str, error: str
) -> None:
    answer = await nour.send("/write", "publish", **{field: value})
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert f'id="{error}-error"' in page
    assert "<script>" not in page
    assert await nour.node.count("objects") == 0


async def test_too_many_rows_are_kept_and_said(nour: Desk) -> None:
    rows = {f"partners-{number}-name": f"Partenaire {number}" for number in range(60)}
    answer = await nour.send("/write/full", "publish", kind="full", **rows)
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert "Partenaire 59" in page
    assert "trop d’éléments" in page


async def test_zero_bytes_are_dropped(nour: Desk) -> None:
    number = await nour.begin(title="Un\0 bus")
    assert (await nour.draft(number)).experience.title == "Un bus"


async def test_markup_in_a_text_stays_text(nour: Desk) -> None:
    hostile = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) <script>alert(2)</script>"
    number = await nour.begin(title=hostile, approach=hostile, tool_lines=hostile)
    for path in ("", "/full", "/preview", "/interview"):
        page = await nour.read(f"/drafts/{number}{path}")
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page


async def test_a_giant_text_is_refused_when_published_and_kept_all_the_same(nour: Desk) -> None:
    giant = "mot " * 20_000
    answer = await nour.send("/write", "publish", approach=giant)
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert 'id="approach-error"' in page
    assert giant.strip() in page


async def test_drafts_of_others_do_not_exist(nour: Desk) -> None:
    number = await nour.begin()
    lea = await desk(nour.node, "lea")
    for path in ("", "/full", "/interview", "/preview", "/compare", "/delete", "/suggestions"):
        await lea.read(f"/drafts/{number}{path}", 404)
    for path in ("", "/full", "/delete", "/publish", "/return", "/agree", "/rebase"):
        answer = await lea.send(f"/drafts/{number}{path}", note="x")
        assert answer.status_code == 404, path
    assert (await nour.draft(number)).experience.title == FIELDS["title"]


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "99999999999999999999"])
async def test_numbers_that_no_draft_can_have(nour: Desk, number: str) -> None:
    await nour.read(f"/drafts/{number}", 404)
    await nour.read(f"/objects/{number}/versions", 404)


async def test_a_form_of_another_site_is_refused(nour: Desk) -> None:
    answer = await nour.client.post("/write", form={"title": "x", "_csrf": "no"})
    assert answer.status_code == 403
    assert await nour.node.count("drafts") == 0


async def test_the_script_saves_as_one_types(nour: Desk) -> None:
    first = await nour.send("/drafts/autosave", window="w", step="1", title="Un")
    assert first.status_code == 200
    state = await first.get_json()
    assert state["action"] == f"/drafts/{state['id']}"
    assert state["said"].startswith("Enregistré à ")
    again = await nour.send("/drafts/autosave", window="w", step="2", title="Un bus")
    assert (await again.get_json())["id"] == state["id"]
    number = int(state["id"])
    assert (await nour.draft(number)).experience.title == "Un bus"


async def test_a_saving_over_somebody_elses_answers_409_with_a_comparison(nour: Desk) -> None:
    lea = await desk(nour.node, "lea")
    number = await nour.begin()
    full = {"kind": "full", "revision": "1", "contributors-0-url": "lea"}
    await nour.send(f"/drafts/{number}/full", **full)
    shared = await nour.draft(number)
    assert len(shared.coauthors) == 1
    await lea.send(f"/drafts/{number}", revision="2", window="hers", title="Le bus de Léa")
    answer = await nour.send(
        f"/drafts/{number}/autosave", revision="2", window="mine", step="1", title="Mon bus"
    )
    assert answer.status_code == 409
    state = await answer.get_json()
    assert int(state["id"]) != number
    page = await nour.read(state["compare"])
    assert "<del" in page
    assert "Léa" in page
    assert (await nour.draft(number)).experience.title == "Le bus de Léa"
    assert (await nour.draft(int(state["id"]))).experience.title == "Mon bus"


async def test_the_script_never_brings_back_what_was_published(nour: Desk) -> None:
    number = await nour.begin()
    await nour.send(f"/drafts/{number}", "publish", revision="1")
    late = await nour.send(f"/drafts/{number}/autosave", revision="1", title="Tard")
    assert late.status_code == 410
    assert await nour.node.count("drafts") == 0


async def test_subjects_are_suggested_from_the_text(nour: Desk) -> None:
    number = await nour.begin(
        context="Nous avons fait la classe virtuelle et un podcast avec les stagiaires."
    )
    answer = await nour.client.get(f"/drafts/{number}/suggestions")
    found = await answer.get_json()
    assert 0 < len(found) <= 8
    sent = await nour.send(f"/drafts/{number}/full", "suggest", kind="full", revision="1")
    page = await nour.read(sent.headers["Location"].partition("#")[0])
    assert 'class="choice suggested"' in page
    await nour.send(
        f"/drafts/{number}/full",
        kind="full",
        revision="1",
        themes=[one["uri"] for one in found[:2]],
    )
    assert len((await nour.draft(number)).experience.themes) == 2


async def test_an_interview_becomes_a_draft(nour: Desk) -> None:
    answer = await nour.send(
        "/write/interview", "quick", kind="interview",
        summary="Un bus va dans les villages. Il forme.", tool_lines="Un bus", rhythm="Le jeudi",
    )  # fmt: skip
    number = number_in(answer.headers["Location"])
    e = (await nour.draft(number)).experience
    assert e.title == "Un bus va dans les villages"
    assert (e.tools[0].name, e.rhythm) == ("Un bus", "Le jeudi")


async def test_nothing_is_published_before_the_interviewed_person_agreed(nour: Desk) -> None:
    answer = await nour.send("/write/interview", kind="interview", interviewed="Madame Martin")
    number = number_in(answer.headers["Location"])
    refused = await nour.send(f"/drafts/{number}", "publish", revision="1")
    assert refused.status_code == 422
    assert 'id="agreed-error"' in await refused.get_data(as_text=True)
    done = await nour.send(f"/drafts/{number}", "publish", revision="2", agreed="y")
    assert done.headers["Location"].startswith("/objects/")


async def test_a_member_who_is_interviewed_agrees_on_their_own_page(nour: Desk) -> None:
    lea = await desk(nour.node, "lea")
    answer = await nour.send("/write/interview", kind="interview", interviewed="lea")
    number = number_in(answer.headers["Location"])
    asked = await nour.send(f"/drafts/{number}", "publish", revision="1")
    assert asked.headers["Location"].startswith("/drafts")
    assert await nour.node.notified("lea") == ["review"]
    assert await nour.node.count("experiences") == 0
    revision = (await nour.draft(number)).record.revision
    page = await lea.read(f"/drafts/{number}/preview")
    assert "/agree" in page
    await lea.send(f"/drafts/{number}/agree", revision=str(revision))
    done = await nour.send(f"/drafts/{number}/publish", revision=str(revision))
    assert done.headers["Location"].startswith("/objects/")


async def test_a_draft_is_deleted_after_a_question(nour: Desk) -> None:
    number = await nour.begin()
    assert FIELDS["title"] in await nour.read(f"/drafts/{number}/delete")
    assert (await nour.draft(number)).record.id == number
    await nour.send(f"/drafts/{number}/delete")
    await nour.read(f"/drafts/{number}", 404)


async def test_the_list_of_drafts_says_how_far_each_is(nour: Desk) -> None:
    await nour.begin()
    page = await nour.read("/drafts")
    assert FIELDS["title"] in page
    assert " %" in page
