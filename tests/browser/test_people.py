"""An administrator invites a colleague, who joins; a visitor reports a page; without scripts."""

from tests.browser.conftest import Visits

PASSWORD = "sept bateaux verts au quai"


def test_an_administrator_invites_a_colleague_who_joins(visit: Visits) -> None:
    admin = visit("/admin", who="lea", scripts=False)
    admin.locator("#admin-menu").get_by_role("link", name="Invitations").click()
    admin.get_by_label("Adresse mail").fill("ada@greta.example")
    admin.get_by_label("Nom").fill("Ada Lefranc")
    admin.get_by_role("radio", name="Auteur ou autrice").check()
    admin.get_by_role("button", name="Inviter", exact=True).click()
    link = admin.locator(".notice code").inner_text()
    assert "/invitation/" in link
    visit.picture(admin, "invited")

    ada = visit(scripts=False, size="phone")
    ada.goto(link)
    visit.picture(ada, "invitation")
    ada.get_by_label("mot de passe", exact=False).last.fill(PASSWORD)
    ada.locator("main form button[type=submit]").first.click()
    assert "done=welcome" in ada.url, ada.inner_text("main")
    assert "Ada Lefranc" in (ada.locator("header").text_content() or "")
    admin.goto("/admin/members")
    assert "Ada Lefranc" in admin.inner_text("main")
    admin.goto("/admin/audit")
    assert "ada@greta.example" in admin.inner_text("main")


def test_an_administrator_changes_the_colour_and_sees_it_at_once(visit: Visits) -> None:
    page = visit("/admin/appearance", who="lea")
    page.get_by_label("Utiliser notre couleur", exact=False).check()
    page.locator("#accent").fill("#b0005a")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_selector("[role=status]")
    colour = page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
    )
    assert colour == "#b0005a"
    assert page.evaluate("getComputedStyle(document.querySelector('main button')).color")


def test_a_visitor_reports_a_page_and_an_administrator_decides(
    visit: Visits, samples: dict[str, str]
) -> None:
    visitor = visit(f"/objects/{samples['derived']}", scripts=False, size="phone")
    visitor.get_by_role("link", name="Signaler cette page").last.click()
    assert samples["derived"] in visitor.get_by_label("Adresse de la page").input_value()
    visitor.get_by_role("radio", name="Autre chose").check()
    visitor.get_by_label("Qu’est-ce qui ne va pas").fill("Le texte est recopié d’un livre.")
    visitor.get_by_role("checkbox").check()
    visitor.get_by_role("button", name="Envoyer le signalement").click()
    receipt = visitor.locator("h1").inner_text()
    visit.picture(visitor, "receipt")

    admin = visit("/admin/reports", who="lea", scripts=False)
    admin.get_by_role("link", name="Autre chose").first.click()
    admin.get_by_role("radio", name="Retirer ce qui est signalé").check()
    admin.get_by_label("Les raisons").fill("Le livre est bien recopié.")
    admin.get_by_role("button", name="Décider et répondre").click()
    assert "done=decided" in admin.url, admin.inner_text("main")

    visitor.goto(f"/report/{receipt}")
    assert "Le livre est bien recopié." in visitor.inner_text("main")
    gone = visitor.goto(f"/objects/{samples['derived']}")
    assert gone is not None
    assert gone.status == 410
