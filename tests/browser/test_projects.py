"""A lead opens a project and invites; a partner answers; somebody asks to join; with keys alone."""

from playwright.sync_api import Page

from tests.browser.checks import assert_accessible, assert_fits
from tests.browser.conftest import Visits
from tests.browser.test_keyboard import focused, reach


def opened(visit: Visits) -> Page:
    """The browser of a lead who has just opened a project for its members alone."""
    lead = visit("/projects", who="nour", scripts=False)
    lead.get_by_role("link", name="Ouvrir un projet").click()
    lead.get_by_role("button", name="Ouvrir le projet").click()
    assert lead.locator("#errors").is_visible()
    visit.picture(lead, "mistakes")
    lead.get_by_label("Nom du projet").fill("Forge numérique du bocage")
    lead.get_by_label("Sigle").fill("FNB")
    lead.locator("#summary").fill("Des maréchaux-ferrants apprennent la modélisation.")
    lead.get_by_label("Ce qu’y fait votre organisme").fill("Porte le projet.")
    lead.get_by_role("button", name="Le décrire d’abord en détail").click()
    assert lead.get_by_label("Nom du projet").input_value() == "Forge numérique du bocage"
    lead.get_by_label("Objectifs").fill("Former dix artisans\nOuvrir un atelier")
    lead.get_by_label("Ce qui est mesuré").first.fill("Artisans formés")
    lead.get_by_role("button", name="Ajouter une ligne").click()
    assert lead.get_by_label("Ce qui est mesuré").count() == 2
    assert lead.get_by_label("Ce qui est mesuré").first.input_value() == "Artisans formés"
    lead.get_by_role("radio", name="Seulement sur invitation d’un porteur").check()
    lead.get_by_role("radio", name="Ses membres seulement").check()
    visit.picture(lead, "whole")
    lead.get_by_role("button", name="Ouvrir le projet").click()
    assert "done=project-opened" in lead.url, lead.inner_text("main")
    return lead


def test_a_lead_opens_a_project_and_a_partner_works_in_it(visit: Visits) -> None:
    lead = opened(visit)
    address = lead.url.partition("/members")[0]
    lead.get_by_label("Adresse de la personne ou de l’organisme").fill("personne")
    lead.get_by_role("button", name="Inviter").click()
    assert "Personne de ce nom" in lead.inner_text("main")
    lead.get_by_label("Adresse de la personne ou de l’organisme").fill("emile")
    lead.get_by_label("Un mot d’accompagnement").fill("Pour les essais en atelier.")
    lead.get_by_role("button", name="Inviter").click()
    assert "done=invited" in lead.url
    visit.picture(lead, "invited")

    stranger = visit(scripts=False)
    stranger.goto(address)
    assert "Forge" not in stranger.inner_text("main")
    assert "Forge" not in visit("/projects", who="rene", scripts=False).inner_text("main")

    partner = visit("/notifications", who="emile", size="phone", scripts=False)
    partner.wait_for_selector("text=Invitations à travailler ensemble")
    visit.picture(partner, "notified")
    partner.get_by_role("link", name="Forge numérique du bocage", exact=True).click()
    assert_fits(partner)
    partner.get_by_role("button", name="Accepter l’invitation").click()
    assert "done=invitation-accepted" in partner.url
    partner.goto("/projects")
    assert "Partenaire" in partner.inner_text("main")
    visit.picture(partner, "own projects")

    lead.goto(f"{address}/members")
    lead.get_by_role("link", name="Modifier – Émile Roussel").click()
    lead.get_by_label("Ce que fait cette personne dans le projet").fill("Deux journées d’essai.")
    lead.get_by_role("button", name="Enregistrer").click()
    partner.goto(f"{address}/members")
    assert "Deux journées d’essai." in partner.inner_text("main")
    partner.get_by_role("link", name="Quitter le projet").click()
    partner.get_by_role("button", name="Quitter le projet").click()
    assert "done=project-left" in partner.url
    lead.goto(f"{address}/members")
    assert "Émile" not in lead.inner_text("main")
    lead.goto(f"{address}/leave")
    lead.get_by_role("button", name="Quitter le projet").click()
    assert "nommez d’abord" in lead.inner_text("main")
    visit.picture(lead, "last lead")


def test_the_name_in_the_address_is_proposed_while_one_types(visit: Visits) -> None:
    page = visit("/projects/new", who="nour")
    page.get_by_label("Nom du projet").press_sequentially("École de l’œuvre à Saint-Lô")
    assert page.input_value("#username") == "ecole-de-l-oeuvre-a-saint-lo"
    page.get_by_label("Sigle").press_sequentially("EOSL")
    assert page.input_value("#username") == "eosl"
    page.fill("#username", "atelier")
    page.get_by_label("Sigle").press_sequentially("2")
    assert page.input_value("#username") == "atelier"
    assert_accessible(page)


def test_a_project_is_joined_with_the_keyboard(visit: Visits, samples: dict[str, str]) -> None:
    page = visit(f"/projects/{samples['project']}", who="rene")
    reach(page, "Demander à rejoindre")
    page.keyboard.press("Enter")
    page.wait_for_url("**/join")
    reach(page, "message")
    page.keyboard.type("Je peux animer.")
    page.keyboard.press("Tab")
    assert "rejoindre" in focused(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**done=asked-to-join")
    assert page.get_by_role("status").is_visible()
    lead = visit(f"/projects/{samples['project']}/members", who="nour")
    assert "Je peux animer." in lead.inner_text("main")
    visit.picture(lead, "asked")
    lead.get_by_role("button", name="Admettre – René Lefèvre").focus()
    lead.keyboard.press("Enter")
    lead.wait_for_url("**done=admitted")
    visit.picture(lead, "admitted")
