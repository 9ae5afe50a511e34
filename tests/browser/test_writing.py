"""Writing in a browser: five minutes, by keyboard, on a telephone, and nothing is ever lost."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.checks import assert_accessible, assert_fits
from tests.browser.conftest import Visits
from tests.browser.site import Site

TITLE = "Un bus qui forme dans les villages"
TEXTS = {
    "title": TITLE,
    "summary": "Chaque semaine, un bus équipé va dans six communes.",
    "context": "Les stagiaires ne se déplacent plus.",
    "objectives": "Remplir un dossier en ligne",
    "approach": "Un tour de table, puis un atelier de classe virtuelle.",
    "results": "Quarante personnes sont venues.",
    "caveats": "Le froid en janvier.",
}
CHOICES = ("Demandeuses et demandeurs d’emploi", "Itinérant", "Éprouvée")


def saved(page: Page) -> None:
    """Wait until the page says that everything is saved."""
    expect(page.locator("#save-status")).to_have_text(re.compile(r"Enregistré à \d\d:\d\d"))


def draft_of(page: Page) -> str:
    """The path of the draft that a page shows."""
    return "/" + page.url.split("/", 3)[3].partition("?")[0].partition("#")[0]


def press(page: Page, text: str) -> None:
    """Press the button of the bar and wait for the next page."""
    with page.expect_event("load"):
        page.locator(".write-bar").get_by_role("button", name=text, exact=True).click()


def write(page: Page, **changes: str) -> Page:
    """Fill in everything that the quick form needs."""
    for name, text in {**TEXTS, **changes}.items():
        page.locator(f"#{name}").fill(text)
    for label in CHOICES:
        page.get_by_label(label, exact=True).check()
    return page


def test_twelve_interactions_are_enough(visit: Visits) -> None:
    page = visit("/dashboard", who="nour")
    interactions = 0

    def done(act: Any, *arguments: Any) -> None:
        nonlocal interactions
        interactions += 1
        act(*arguments)

    done(page.get_by_role("link", name="Écrire", exact=True).click)
    page.wait_for_url("**/write")
    for name, text in TEXTS.items():
        done(page.locator(f"#{name}").fill, text)
    for label in CHOICES:
        done(page.get_by_label(label, exact=True).check)
    done(press, page, "Publier")
    page.wait_for_url("**/objects/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert interactions <= 12


def test_what_was_typed_survives_a_killed_browser(visit: Visits) -> None:
    page = visit("/write", who="nour")
    page.locator("#title").fill("Un titre qui doit rester")
    page.locator("#context").fill("Un contexte qui doit rester")
    saved(page)
    path = draft_of(page)
    assert path.startswith("/drafts/")
    page.context.close()
    visit.pages.remove(page)
    again = visit(path, who="nour")
    expect(again.locator("#title")).to_have_value("Un titre qui doit rester")
    expect(again.locator("#context")).to_have_value("Un contexte qui doit rester")


def test_what_the_site_never_heard_of_survives_too(visit: Visits) -> None:
    page = visit("/write", who="nour")
    page.context.set_offline(True)
    page.locator("#title").fill("Écrit dans le train")
    page.locator("#summary").fill("Sans réseau.")
    expect(page.locator("#save-status")).to_contain_text("Pas de connexion")
    page.close(run_before_unload=False)
    visit.pages.remove(page)
    page.context.set_offline(False)
    again = page.context.new_page()
    visit.pages.append(again)
    again.goto("/write")
    expect(again.locator("#title")).to_have_value("Écrit dans le train")
    expect(again.locator("#summary")).to_have_value("Sans réseau.")
    saved(again)
    again.reload()
    expect(again.locator("#title")).to_have_value("Écrit dans le train")


def test_a_published_text_does_not_come_back_into_the_next_one(visit: Visits) -> None:
    page = write(visit("/write", who="nour"))
    press(page, "Publier")
    page.wait_for_url("**/objects/**")
    page.goto("/write")
    expect(page.locator("#title")).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('draft')).length") == 0


def test_the_node_may_be_killed_between_two_savings(visit: Visits, site: Site) -> None:
    page = visit("/write", who="nour")
    page.locator("#title").fill("Avant la panne")
    saved(page)
    path = draft_of(page)
    site.node.kill9()
    page.locator("#summary").fill("Pendant la panne")
    expect(page.locator("#save-status")).to_contain_text("Pas de connexion")
    site.node.start()
    with page.expect_event("load"):
        page.locator(".write-bar").get_by_role("button", name="Enregistrer").click()
    page.goto(path)
    expect(page.locator("#title")).to_have_value("Avant la panne")
    expect(page.locator("#summary")).to_have_value("Pendant la panne")


def test_two_windows_keep_both_texts_and_offer_a_comparison(visit: Visits) -> None:
    one = visit("/write", who="nour")
    one.locator("#title").fill("Un début commun")
    saved(one)
    two = visit(draft_of(one), who="nour")
    two.locator("#title").fill("De la seconde fenêtre")
    saved(two)
    one.locator("#title").fill("De la première fenêtre")
    expect(one.locator("#save-status")).to_contain_text("Les deux versions sont gardées")
    visit.complaints[:] = [said for said in visit.complaints if not said.startswith("409 ")]
    one.get_by_role("link", name="Comparer les deux versions").click()
    expect(one.locator(".change del")).to_contain_text("seconde")
    expect(one.locator(".change ins")).to_contain_text("première")


def test_everything_can_be_done_by_keyboard(visit: Visits) -> None:
    page = visit("/write", who="nour")
    written: set[str] = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "(() => { const e = document.activeElement; const label = e.labels && e.labels[0];"
            "return {id: e.id, text: (label || e).textContent.trim(), value: e.value}; })()"
        )
        if focus["id"] in TEXTS:
            page.keyboard.type(TEXTS[focus["id"]])
            written.add(focus["id"])
        elif focus["text"] in CHOICES and focus["text"] not in written:
            page.keyboard.press("Space")
            written.add(focus["text"])
        elif focus["text"] == "Idée":
            for _ in range(2):
                page.keyboard.press("ArrowRight")
            written.add("Éprouvée")
        elif focus["value"] == "publish":
            break
    assert written == {*TEXTS, *CHOICES}
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    page.wait_for_url("**/objects/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def test_what_is_missing_is_reached_from_the_summary(visit: Visits) -> None:
    page = visit("/write", who="nour")
    page.locator("#title").fill("Seulement un titre")
    press(page, "Publier")
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors").get_by_role("link", name=re.compile("Déroulé")).click()
    expect(page.locator("#approach")).to_be_focused()
    expect(page.locator("#title")).to_have_value("Seulement un titre")


def test_it_works_without_scripts(visit: Visits) -> None:
    page = write(visit("/write", who="nour", scripts=False))
    press(page, "Enregistrer")
    page.goto(draft_of(page) + "/full")
    page.locator("#partners-0-name").fill("La mairie")
    with page.expect_event("load"):
        page.locator("#partners").get_by_role("button", name="Ajouter une ligne").click()
    expect(page.locator("#partners-0-name")).to_have_value("La mairie")
    page.locator("#partners-1-name").fill("La région")
    with page.expect_event("load"):
        page.get_by_role("button", name="Proposer des thèmes").click()
    page.locator("#themes .suggested").first.locator("input").check()
    press(page, "Publier")
    expect(page.get_by_text("La région")).to_be_visible()


def test_rows_and_subjects_come_without_a_new_page(visit: Visits) -> None:
    page = write(visit("/write", who="nour"))
    press(page, "Enregistrer")
    page.goto(draft_of(page) + "/full")
    expect(page.locator("#themes .suggested").first).to_be_visible()
    page.locator("#themes .suggested input").first.check()
    page.locator("#tools").get_by_role("button", name="Ajouter une ligne").click()
    expect(page.locator("#tools-1-name")).to_be_focused()
    page.keyboard.type("Moodle")
    saved(page)
    page.reload()
    expect(page.locator("input[name^='tools-'][value='Moodle']")).to_be_visible()
    assert page.locator("#chosen-themes input:checked").count() == 1


def test_a_picture_is_added_with_its_description(visit: Visits, tmp_path: Path) -> None:
    file = tmp_path / "bus.jpg"
    Image.effect_mandelbrot((1800, 900), (-2, -1, 1, 1), 20).convert("RGB").save(file)
    page = write(visit("/write", who="nour"))
    page.locator("#files > summary").click()
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Ajouter ce fichier").click()
    expect(page.locator("#file_description")).to_be_focused()
    page.locator("#file_description").fill("Le bus devant la mairie")
    with page.expect_event("load"):
        page.get_by_role("button", name="Ajouter ce fichier").click()
    page.get_by_label(re.compile("Les personnes reconnaissables")).check()
    press(page, "Publier")
    page.wait_for_url("**/objects/**")
    shown = page.get_by_alt_text("Le bus devant la mairie")
    expect(shown).to_be_visible()
    assert str(shown.evaluate("image => image.currentSrc")).endswith(".avif")


@pytest.mark.parametrize("dark", [False, True])
def test_every_page_of_writing_is_accessible(visit: Visits, dark: bool) -> None:
    page = write(visit("/write", who="nour", dark=dark))
    press(page, "Enregistrer")
    draft = draft_of(page)
    shown = ["/write", "/write/interview", "/write/adapt", "/drafts", "/my/experiences"]
    shown += [f"{draft}{tail}" for tail in ("", "/full", "/preview", "/delete", "/compare")]
    for path in shown:
        page.goto(path)
        assert_accessible(page)
    page.goto(draft)
    page.locator("#title").fill("")
    press(page, "Publier")
    assert_accessible(page)
    page.locator("#title").fill(TITLE)
    press(page, "Publier")
    published = draft_of(page)
    for tail in ("/versions", "/reuse", "/withdraw", "/edit"):
        page.goto(published + tail)
        assert_accessible(page)


@pytest.mark.parametrize("size", ["narrow", "phone"])
def test_every_page_of_writing_fits_a_telephone(visit: Visits, size: str) -> None:
    page = write(visit("/write", who="nour", size=size))
    press(page, "Enregistrer")
    draft = draft_of(page)
    shown = ["/write", "/write/interview", "/write/adapt", "/drafts", "/my/experiences"]
    shown += [f"{draft}{tail}" for tail in ("", "/full", "/preview", "/delete", "/compare")]
    for path in shown:
        page.goto(path)
        assert_fits(page)
    visit.picture(page, size)
