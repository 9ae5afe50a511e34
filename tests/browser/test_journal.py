"""The journal of a project in a browser: written on a telephone, without scripts, answered."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.checks import assert_accessible, assert_fits
from tests.browser.conftest import Visits

PICTURE = Path(__file__).parents[2] / "web" / "static" / "avatar.png"


def test_a_partner_writes_a_note_on_a_telephone_and_loses_nothing(
    visit: Visits, samples: dict[str, str]
) -> None:
    page = visit(f"/projects/{samples['project']}", who="emile", size="narrow", scripts=False)
    page.get_by_text("Écrire une note").click()
    page.get_by_label("Difficulté", exact=True).check()
    page.get_by_label("Votre note").fill("Les batteries tiennent **une heure**.")
    page.get_by_label("Qui peut le lire").select_option("project")
    page.get_by_text("Ajouter un fichier, un lien").click()
    page.get_by_label("Image, son, film ou PDF").set_input_files(PICTURE)
    page.get_by_role("button", name="Publier la note").click()
    # the picture has no description yet: it is kept, and so is everything else
    assert page.get_by_label("Votre note").input_value().startswith("Les batteries")
    assert page.get_by_label("Qui peut le lire").input_value() == "project"
    assert page.get_by_label("Difficulté", exact=True).is_checked()
    assert_fits(page)
    page.get_by_label("Ce que montre le fichier 1").fill("Un casque posé sur son chargeur")
    page.get_by_role("button", name="Publier la note").click()
    assert page.get_by_role("status").count() == 1
    page.get_by_role("article").first.get_by_text("Lire et répondre").click()
    assert "Les batteries tiennent une heure." in page.locator("main").inner_text()
    assert "membres du projet" in page.locator("main").inner_text()
    assert page.get_by_text("Un casque posé sur son chargeur").count() >= 1
    visit.picture(page, "the note")


def test_a_lead_answers_a_note_and_follows_it_back(visit: Visits, samples: dict[str, str]) -> None:
    path = f"/projects/{samples['project']}/notes/{samples['secret_note']}"
    page = visit(path, who="nour", size="phone", scripts=False)
    page.get_by_label("Votre commentaire").fill("Essayons un ventilateur.")
    page.get_by_role("button", name="Publier le commentaire").click()
    assert page.get_by_text("Essayons un ventilateur.").count() == 1
    page.get_by_role("link", name="Retour au journal").click()
    page.get_by_label("Type").select_option("difficulty")
    page.get_by_role("button", name="Afficher").click()
    assert "Les casques chauffent" in page.locator("main").inner_text()
    assert "Réunion de lancement" not in page.locator("main").inner_text()


def test_the_form_of_a_note_shuts_nobody_out(visit: Visits, samples: dict[str, str]) -> None:
    page = visit(f"/projects/{samples['project']}", who="nour", size="narrow", dark=True)
    page.get_by_text("Écrire une note").click()
    page.get_by_text("Ajouter un fichier, un lien").click()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Publier la note").click()
    assert page.locator("#errors").count() == 1
    assert_accessible(page)
    visit.picture(page, "refused")


def saved(page: Page) -> None:
    """Wait until the page says that everything is saved."""
    expect(page.locator("#save-status")).to_have_text(re.compile(r"Enregistré à \d\d:\d\d"))


def text_of(page: Page) -> str:
    """What stands in the field of the note."""
    return page.get_by_label("Votre note").input_value()


def throw_away(page: Page) -> None:
    """Throw the draft away that the form shows."""
    page.get_by_role("link", name="Jeter ce brouillon").click()
    page.get_by_role("button", name="Jeter ce brouillon").click()
    expect(page.get_by_text("Le brouillon est supprimé.")).to_be_visible()


def test_a_note_survives_a_window_that_is_closed_while_one_types(
    visit: Visits, samples: dict[str, str]
) -> None:
    path = f"/projects/{samples['project']}"
    page = visit(path, who="emile")
    page.get_by_text("Écrire une note").click()
    page.get_by_label("Difficulté", exact=True).check()
    expect(page.get_by_text("Jeter ce brouillon")).to_be_hidden()
    page.get_by_label("Votre note").fill("Le variateur est prêté")
    saved(page)
    expect(page.get_by_text("Jeter ce brouillon")).to_be_visible()
    with page.expect_response("**/autosave"):
        page.get_by_label("Votre note").press_sequentially(" jusqu’en mars.")
    page.context.close()
    visit.pages.remove(page)
    again = visit("/drafts", who="emile", size="narrow")
    assert_accessible(again)
    again.get_by_role("link", name="Le variateur est prêté").click()
    assert text_of(again) == "Le variateur est prêté jusqu’en mars."
    assert again.get_by_label("Difficulté", exact=True).is_checked()
    expect(again.locator("#save-status")).to_contain_text("Enregistré le")
    assert_accessible(again)
    assert_fits(again)
    visit.picture(again, "the draft")
    with again.expect_event("load"):
        again.get_by_role("button", name="Publier la note").click()
    assert "jusqu’en mars" in again.locator(".journal").inner_text()
    again.goto(path)
    again.get_by_text("Écrire une note").click()
    assert text_of(again) == ""


def test_what_the_site_never_heard_of_comes_back_into_the_note(
    visit: Visits, samples: dict[str, str]
) -> None:
    path = f"/projects/{samples['project']}"
    page = visit(path, who="emile")
    page.get_by_text("Écrire une note").click()
    page.context.set_offline(True)
    page.get_by_label("Votre note").fill("Écrit dans le train.")
    expect(page.locator("#save-status")).to_contain_text("Pas de connexion")
    page.close(run_before_unload=False)
    visit.pages.remove(page)
    page.context.set_offline(False)
    again = page.context.new_page()
    visit.pages.append(again)
    again.goto(path)
    # the form unfolds, so that one sees it
    expect(again.get_by_label("Votre note")).to_be_visible()
    assert text_of(again) == "Écrit dans le train."
    saved(again)
    throw_away(again)


def test_two_windows_lose_neither_text(visit: Visits, samples: dict[str, str]) -> None:
    path = f"/projects/{samples['project']}"
    one, two = visit(path, who="emile"), visit(path, who="emile", size="narrow")
    for page, text in ((one, "De la première."), (two, "De la seconde.")):
        page.get_by_text("Écrire une note").click()
        page.get_by_label("Votre note").fill(text)
        if page is one:
            saved(one)
    expect(two.locator("#save-status")).to_contain_text("Les deux sont gardés")
    visit.complaints[:] = [said for said in visit.complaints if not said.startswith("409 ")]
    two.locator("#save-status").get_by_role("link", name="Voir l’autre texte").click()
    expect(two.get_by_label("Votre note")).to_have_value("De la première.")
    assert_accessible(two)
    assert_fits(two)
    visit.picture(two, "two texts")
    two.get_by_role("link", name="Voir l’autre texte").click()
    expect(two.get_by_label("Votre note")).to_have_value("De la seconde.")
    throw_away(two)
    one.reload()
    assert text_of(one) == "De la première."
    one.get_by_label("Votre note").scroll_into_view_if_needed()
    throw_away(one)


def test_without_scripts_enter_keeps_the_note_and_its_file(
    visit: Visits, samples: dict[str, str]
) -> None:
    page = visit(f"/projects/{samples['project']}", who="emile", size="narrow", scripts=False)
    page.get_by_text("Écrire une note").click()
    page.get_by_label("Votre note").fill("À relire demain.")
    page.get_by_text("Ajouter un fichier, un lien").click()
    page.get_by_label("Image, son, film ou PDF").set_input_files(PICTURE)
    page.get_by_label("Ce qu’on y voit").fill("Un casque")
    page.get_by_label("Titre").press("Enter")
    expect(page.get_by_text("Votre note est gardée.")).to_be_visible()
    assert text_of(page) == "À relire demain."
    assert page.get_by_label("Ce que montre le fichier 1").input_value() == "Un casque"
    assert_fits(page)
    page.get_by_role("link", name="Jeter ce brouillon").press("Enter")
    page.get_by_role("button", name="Jeter ce brouillon").press("Enter")
    expect(page.get_by_text("Le brouillon est supprimé.")).to_be_visible()
