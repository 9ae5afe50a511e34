"""A lead and a partner on another node, each in their own browser, at work in one project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.checks import assert_fits
from tests.browser.conftest import FAILED, Visits
from tests.browser.site import Site, start_site
from tests.support.processes import eventually

PICTURE: Final = Path(__file__).parents[2] / "web" / "static" / "avatar.png"
# two nodes start before it
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SECRET: Final = "Il nous reste 1 200 euros."


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The node of another organisation, with people of its own."""
    started = start_site(tmp_path_factory.mktemp("elsewhere"), "mfr", "MFR du Bocage")
    yield started
    started.node.stop()


@pytest.fixture
def visit_there(
    browser: Browser, elsewhere: Site, request: pytest.FixtureRequest
) -> Iterator[Visits]:
    """Opens pages of the other node."""
    visits = Visits(browser, elsewhere, f"{request.node.name} there")
    yield visits
    visits.close(failed=request.node.stash.get(FAILED, False))
    assert not visits.complaints, "\n".join(visits.complaints)


def press(page: Page, name: str) -> None:
    """Press a button of the page itself, and see that no form came back with mistakes."""
    page.locator("main").get_by_role("button", name=name, exact=True).click()
    assert page.locator("#errors").count() == 0, page.inner_text("main")


def shows(page: Page, path: str, text: str) -> None:
    """Wait until a page says something: it comes from the other node."""

    def there() -> bool:
        page.goto(path)
        return text in page.inner_text("main")

    eventually(there, within=30, every=0.3, what=f"{text} on {path}")


def entries(page: Page, project: str) -> list[str]:
    """What the journal says, entry for entry: number, kind, title."""
    page.goto(project)
    found = page.locator(".journal article")
    return [
        " ".join(one.locator(".entry-line, h3").all_inner_texts()).replace("\n", " ")
        for one in found.all()
    ]


def write(page: Page, project: str, title: str, text: str, *, secret: bool = False) -> None:
    """Write a note, with a file where it is for members alone."""
    page.goto(project)
    page.get_by_text("Écrire une note").click()
    page.get_by_label("Titre").fill(title)
    page.get_by_label("Votre note").fill(text)
    if secret:
        page.get_by_label("Qui peut le lire").select_option("project")
        page.get_by_text("Ajouter un fichier, un lien").click()
        page.get_by_label("Image, son, film ou PDF").set_input_files(PICTURE)
        page.locator("#file_description").fill("Le tableau des dépenses")
    press(page, "Publier la note")


def open_and_invite(lead: Page, partner: str) -> str:
    """Open a project and invite somebody by their address; the address of its pages."""
    lead.goto("/projects/new")
    lead.get_by_label("Nom du projet").fill("Gestes à risque")
    lead.locator("#summary").fill("Apprendre un geste dans un casque avant l’atelier.")
    lead.get_by_role("radio", name="Tout le monde").check()
    press(lead, "Ouvrir le projet")
    lead.get_by_label("Adresse de la personne ou de l’organisme").fill(partner)
    press(lead, "Inviter")
    assert "done=invited" in lead.url
    return lead.url.partition("/members")[0].partition("://")[2].partition("/")[2]


def accept(partner: Page) -> str:
    """Accept from the notification; the address of the project's pages on this node."""
    shows(partner, "/notifications", "Invitations à travailler ensemble")
    partner.get_by_role("link", name="Gestes à risque", exact=True).click()
    project = partner.url.partition("?")[0]
    assert_fits(partner)
    press(partner, "Accepter l’invitation")
    shows(partner, project, "Écrire une note")
    return project


def test_a_lead_and_a_partner_of_another_node_work_in_one_project(
    visit: Visits, visit_there: Visits, elsewhere: Site
) -> None:
    lead = visit(who="nour", scripts=False)
    ours = "/" + open_and_invite(lead, f"emile@{elsewhere.node.domain}")
    partner = visit_there(who="emile", size="narrow", scripts=False)
    theirs = accept(partner)

    write(lead, ours, "Budget", SECRET, secret=True)
    shows(partner, theirs, SECRET)
    partner.get_by_role("article").first.get_by_role("link", name="Lire et répondre").click()
    assert_fits(partner)
    partner.get_by_label("Votre commentaire").fill("Gardons-les pour le transport.")
    press(partner, "Publier le commentaire")
    visit_there.picture(partner, "commented")
    shows(lead, ours, "1 commentaire")
    write(partner, theirs, "Premier groupe", "Neuf apprentis ont essayé.")
    shows(lead, ours, "Neuf apprentis ont essayé.")

    lead.goto(f"{ours}/milestones/new")
    lead.get_by_label("Ce qui doit être atteint").fill("Scénarios écrits")
    lead.get_by_label("Pour quel jour").fill("2027-06-01")
    press(lead, "Enregistrer")
    shows(partner, f"{theirs}/milestones", "Scénarios écrits")
    partner.goto(f"{theirs}/calendar?month=2027-06")
    partner.get_by_role("link", name="Scénarios écrits").last.click()
    assert partner.url.startswith(elsewhere.node.base_url)
    assert "Scénarios écrits" in partner.inner_text("h1")

    vote(lead, ours, partner, theirs)
    meet(lead, ours, partner, theirs)
    assert entries(lead, ours) == entries(partner, theirs)
    visit_there.picture(partner, "journal")
    partner.goto("/notifications")
    assert "vous a nommé" not in partner.inner_text("main")

    read_without_account(visit, lead, ours)
    end(lead, ours)
    shows(partner, theirs, "Clos")
    assert partner.get_by_text("Écrire une note").count() == 0
    assert SECRET in partner.inner_text("main")


def vote(lead: Page, ours: str, partner: Page, theirs: str) -> None:
    """The lead proposes, the partner votes, the lead counts."""
    lead.goto(f"{ours}/decisions/new")
    lead.get_by_label("Que proposez-vous").fill("Acheter deux casques")
    lead.get_by_label("Dernier jour du vote").fill("2031-01-31")
    press(lead, "Publier la proposition")
    address = lead.url.partition("?")[0]
    shows(partner, f"{theirs}/decisions", "Acheter deux casques")
    partner.get_by_role("link", name="Acheter deux casques").click()
    partner.get_by_role("radio", name="Pour", exact=True).check()
    press(partner, "Voter")
    assert "Vous avez voté" in partner.inner_text("main")
    shows(lead, address, "1 votant")


def meet(lead: Page, ours: str, partner: Page, theirs: str) -> None:
    """The lead announces an event, the partner registers, the sheet has their name."""
    lead.goto(f"{ours}/events/new")
    lead.get_by_label("Nom de l’événement").fill("Essayez un casque")
    lead.get_by_label("Premier jour").fill("2031-03-30")
    lead.get_by_label("Commence à").fill("14:00")
    press(lead, "Annoncer l’événement")
    shows(partner, f"{theirs}/calendar?month=2031-03", "Essayez un casque")
    partner.get_by_role("link", name="Essayez un casque").last.click()
    press(partner, "S’inscrire")
    lead.goto(f"{ours}/calendar?month=2031-03")
    lead.get_by_role("link", name="Essayez un casque").last.click()
    shows(lead, lead.url, "1 personne")
    lead.get_by_role("link", name="Feuille de présence").click()
    assert "Émile Roussel" in lead.inner_text("main")


def read_without_account(visit: Visits, lead: Page, ours: str) -> None:
    """A funder reads what everybody may read, until the link is ended."""
    lead.goto(ours)
    lead.get_by_role("link", name="Rapport sur une période").click()
    lead.get_by_role("link", name="Le faire lire sans compte").click()
    lead.get_by_label("Pour qui est-il").fill("Région Normandie")
    press(lead, "Créer le lien")
    address = lead.locator("#address").input_value()
    funder = visit(scripts=False, size="narrow")
    funder.goto(address)
    assert "Neuf apprentis ont essayé." in funder.inner_text("main")
    assert SECRET not in funder.inner_text("main")
    assert_fits(funder)
    lead.goto(f"{ours}/links")
    press(lead, "Y mettre fin")
    answer = funder.goto(address)
    assert answer is not None
    assert answer.status in {404, 410}


def end(lead: Page, ours: str) -> None:
    """Close the project; an experience is begun from its notes."""
    lead.goto(ours)
    lead.get_by_role("link", name="Fin du projet").click()
    press(lead, "Terminer le projet")
    assert "Premier groupe" in lead.inner_text("main")
