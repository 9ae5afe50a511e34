"""What members do on their pages, in a browser without scripts."""

from tests.browser.conftest import Visits


def test_a_message_is_written_answered_and_deleted_without_scripts(visit: Visits) -> None:
    page = visit("/post", who="nour", scripts=False)
    page.get_by_label("Votre message").fill("Qui vient jeudi ?")
    page.get_by_role("button", name="Publier").click()
    page.get_by_label("Votre commentaire").fill("Moi, par exemple.")
    page.get_by_role("button", name="Publier le commentaire").click()
    assert page.get_by_text("Moi, par exemple.").count() == 1
    page.get_by_text("Supprimer", exact=True).click()
    page.get_by_role("button", name="Oui, supprimer partout").click()
    assert page.get_by_text("Qui vient jeudi").count() == 0


def test_somebody_is_found_and_followed_with_the_keyboard(visit: Visits) -> None:
    page = visit("/people", who="nour", scripts=False)
    page.get_by_label("Chercher quelqu’un").focus()
    page.keyboard.type("roussel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people?who=roussel")
    button = page.get_by_role("button", name="Suivre")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**done=*")
    assert page.get_by_role("status").count() == 1


def test_a_refused_form_keeps_what_was_typed_and_leads_to_the_field(visit: Visits) -> None:
    page = visit("/settings/delete", who="nour", scripts=False)
    page.get_by_label("Tapez le nom de votre compte").fill("quelqu’un d’autre")
    page.get_by_role("button", name="Supprimer mon compte").click()
    assert page.get_by_label("Tapez le nom de votre compte").input_value() == "quelqu’un d’autre"
    page.locator("#errors a").first.click()
    assert page.url.endswith("#username")
