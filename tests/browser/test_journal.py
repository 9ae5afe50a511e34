"""The journal of a project in a browser: written on a telephone, without scripts, answered."""

from pathlib import Path

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
