"""A milestone, a vote and a call, by a lead at a desk and partners with telephones."""

from tests.browser.checks import assert_fits
from tests.browser.conftest import Visits


def test_a_vote_by_telephone_from_the_proposal_to_the_outcome(
    visit: Visits, samples: dict[str, str]
) -> None:
    project = f"/projects/{samples['project']}"
    lead = visit(f"{project}/decisions", who="nour", scripts=False)
    lead.get_by_role("link", name="Proposer un vote").click()
    lead.get_by_role("button", name="Publier la proposition").click()
    assert lead.locator("#errors").is_visible()
    lead.get_by_label("Que proposez-vous").fill("Inviter un maréchal-ferrant")
    lead.get_by_label("Pourquoi, et ce qui s’ensuivrait").fill("Il connaît le **geste**.")
    lead.get_by_label("Dernier jour du vote").fill("2031-01-31")
    lead.get_by_label("Combien doivent voter").fill("1")
    lead.get_by_role("button", name="Publier la proposition").click()
    assert "done=proposed-vote" in lead.url, lead.inner_text("main")
    address = lead.url.partition("?")[0]

    partner = visit(who="emile", size="phone", scripts=False)
    partner.goto(address)
    assert_fits(partner)
    partner.get_by_text("Soulever une objection à cette proposition").click()
    partner.get_by_label("Quelle est votre objection").fill("Il est loin.")
    partner.get_by_role("button", name="Soulever l’objection").click()
    partner.get_by_role("radio", name="Pour", exact=True).check()
    partner.get_by_role("button", name="Voter").click()
    assert "Vous avez voté" in partner.inner_text("main")
    visit.picture(partner, "voted")

    lead.goto(address)
    lead.get_by_role("button", name="Cette objection est levée").click()
    lead.get_by_text("Terminer le vote maintenant").click()
    lead.get_by_role("button", name="Oui, terminer le vote").click()
    text = lead.inner_text("main")
    assert "Adoptée" in text
    assert "Quorum de 1 atteint" in text
    assert "Objection levée" in text
    visit.picture(lead, "decided")
    assert_fits(lead)


def test_a_partner_proposes_a_milestone_and_somebody_answers_a_call(
    visit: Visits, samples: dict[str, str]
) -> None:
    project = f"/projects/{samples['project']}"
    partner = visit(f"{project}/milestones", who="emile", size="phone", scripts=False)
    partner.get_by_role("link", name="Proposer un jalon").click()
    partner.get_by_label("Ce qui doit être atteint").fill("Film tourné")
    partner.get_by_label("Pour quel jour").fill("2027-06-01")
    partner.get_by_role("button", name="Proposer").click()
    assert "Film tourné" in partner.inner_text("main")
    assert_fits(partner)
    visit.picture(partner, "proposed")

    reader = visit("/calls", who="rene", size="phone", scripts=False)
    visit.picture(reader, "calls")
    reader.get_by_label("Compétence ou mot").fill("ANIMATION")
    reader.locator("main").get_by_role("button", name="Chercher").click()
    reader.get_by_role("link", name="Cherche un tiers-lieu").click()
    visit.picture(reader, "call")
    reader.get_by_label("Votre réponse").fill("Nous avons une salle.")
    reader.get_by_role("button", name="Écrire à ceux qui portent le projet").click()
    assert "done=call-answered" in reader.url, reader.inner_text("main")
    assert_fits(reader)


def test_tables_of_a_project_need_no_scrolling_sideways_on_telephones(
    visit: Visits, samples: dict[str, str]
) -> None:
    page = visit(who="nour", size="narrow", scripts=False)
    for end, words in (("milestones", "Guide du formateur"), ("links", "Y mettre fin")):
        page.goto(f"/projects/{samples['project']}/{end}")
        table = page.locator(".table-scroll")
        assert words in table.inner_text()
        assert table.evaluate("it => it.scrollWidth <= it.clientWidth")
        assert page.get_by_role("rowheader").count() >= 1
        assert page.get_by_role("columnheader").count() == 5
