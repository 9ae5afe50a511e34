"""Finding experiences in a browser: typing, filtering, a telephone, no scripts, both themes."""

import time

import pytest
from playwright.sync_api import expect

from bench.library import shelve
from node.demo_experiences import experiences
from node.services import Services
from objects.vocabularies.bundle import load_bundled
from tests.browser.checks import assert_accessible, assert_fits
from tests.browser.conftest import Visits
from tests.browser.site import Site


@pytest.fixture(scope="module", autouse=True)
def library(site: Site) -> None:
    """Sixty experiences of the site's organisation."""

    async def fill(services: Services) -> None:
        await load_bundled(services.store, int(time.time() * 1000))
        author = await services.store.query(lambda tx: tx.actors.local("greta"))
        assert author is not None
        await shelve(services.store, list(experiences(60)), [author])

    site.do(fill)


def test_a_visitor_searches_filters_and_takes_filters_away(visit: Visits) -> None:
    page = visit("/experiences")
    box = page.get_by_label("Chercher dans les expériences").last
    box.fill("stagiaire")
    box.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="Expériences", exact=True).first.click()
    page.locator("summary", has_text="Territoire").click()
    page.get_by_label("Manche").check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    chip = page.get_by_role("link", name="Manche × (retirer ce filtre)")
    expect(chip.or_(page.get_by_role("link", name="Manche (retirer ce filtre)"))).to_be_visible()
    assert "territory=50" in page.url
    page.get_by_role("link", name="Manche").first.click()
    assert "territory" not in page.url


@pytest.mark.parametrize("size", ["phone", "narrow", "zoomed"])
def test_filters_unfold_on_a_small_screen_without_scripts(visit: Visits, size: str) -> None:
    page = visit("/experiences?q=formation", size=size, scripts=False)
    apply = page.get_by_role("button", name="Appliquer les filtres")
    expect(apply).to_be_hidden()
    page.get_by_text("Filtres", exact=True).click()
    expect(apply).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "narrow", "zoomed", "desktop"])
@pytest.mark.parametrize(
    "path", ["/experiences", "/experiences?q=xylophone", "/experiences?q=ilettrisme"]
)
def test_lists_fit_every_screen(visit: Visits, path: str, size: str) -> None:
    assert_fits(visit(f"/experiences{path}", size=size))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("who", ["", "nour"])
@pytest.mark.parametrize(
    "path",
    ["/experiences", "/experiences?q=soudure", "/experiences?theme=afest&year=1999",
     "/experiences?q=ilettrisme&territory=R28"],
)  # fmt: skip
def test_lists_are_accessible(visit: Visits, path: str, who: str, dark: bool) -> None:
    page = visit(path, who=who, dark=dark)
    assert_accessible(page)


def test_a_member_saves_a_search(visit: Visits) -> None:
    page = visit("/experiences?theme=afest", who="nour")
    page.get_by_role("button", name="Enregistrer cette recherche").click()
    expect(page.get_by_text("La recherche est enregistrée.")).to_be_visible()
    page.goto(page.url.split("?", 1)[0])
    expect(page.get_by_role("heading", name="Mes recherches enregistrées")).to_be_visible()


def test_pictures_of_the_lists(visit: Visits) -> None:
    for name, path, size, dark in (
        ("experiences", "/experiences", "desktop", False),
        ("experiences-dark", "/experiences?q=soudure", "desktop", True),
        ("experiences-phone", "/experiences?q=soudure", "phone", False),
        ("nothing-found", "/experiences?q=xylophone&territory=50", "phone", True),
    ):
        page = visit(path, size=size, dark=dark)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        visit.picture(page, name)
