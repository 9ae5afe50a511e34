"""A new node from its first start: set up, joined by a colleague, entered in every way."""

import email
import re
import time
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import assert_accessible, assert_fits
from tests.browser.conftest import Visits
from tests.browser.site import Site
from tests.support.processes import NodeProcess, eventually, free_port

PASSWORD = "quatre chevaux agrafe"
LINK = re.compile(r"https?://\S+")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A node that nobody has set up, called localhost: passkeys belong to names, not to numbers."""
    port = free_port()
    node = NodeProcess(tmp_path_factory.mktemp("new"), port=port, public=f"localhost:{port}").init()
    node.start()
    yield Site(node)
    node.stop()


def last_mail(site: Site, count: int) -> str:
    """The address in the newest of at least `count` mails."""
    folder: Path = site.node.data / "mails"
    eventually(lambda: len(list(folder.glob("*.eml"))) >= count, what=f"{count} mails")
    newest = max(folder.glob("*.eml"), key=lambda path: int(path.stem))
    message = email.message_from_bytes(newest.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    found = LINK.search(body.get_content() if body else "")
    assert found is not None
    return found[0]


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill the form and send it with the return key."""
    page.goto("/sign-in")
    page.get_by_label("Votre nom sur ce site, ou votre adresse mail").fill(name)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_first_administrator_sets_the_node_up_without_scripts(
    visit: Visits, site: Site
) -> None:
    address = re.search(r"http://\S+/setup\?code=\S+", site.node.log_tail(200))
    assert address is not None
    page = visit(size="narrow", scripts=False)
    page.goto(address[0])
    page.get_by_label("Nom de votre organisme").fill("GRETA du Cotentin")
    page.get_by_label("Votre nom, tel que les autres le lisent").fill("Léa Duval")
    page.get_by_label("Votre nom sur ce site").fill("léa")
    page.get_by_label("Votre adresse mail").fill("lea@greta.example")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte et continuer").click()
    expect(page.get_by_role("alert")).to_contain_text("sans accents")
    visit.picture(page, "setup-refused")
    page.get_by_label("Votre nom sur ce site").fill("lea")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte et continuer").click()
    expect(page).to_have_url(re.compile("/admin/legal"))


def test_a_colleague_joins_leaves_and_comes_back_by_mail(visit: Visits, site: Site) -> None:
    invitation = site.node.run("member", "invite", "marie@greta.example", "--name", "Marie Lefèvre")
    page = visit(size="phone", scripts=False)
    page.goto(invitation)
    assert page.get_by_label("Votre nom sur ce site").input_value() == "marie_lefevre"
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    visit.picture(page, "invitation")
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page).to_have_url(re.compile("/dashboard"))
    page.context.clear_cookies()
    sign_in(page, "MARIE@greta.example", "mistyped")
    expect(page.get_by_role("alert")).to_contain_text("faux")
    visit.picture(page, "wrong")
    page.get_by_role("button", name="Recevoir un lien par mail").click()
    page.goto(last_mail(site, 1))
    page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(re.compile("/dashboard"))


def test_the_keyboard_alone_signs_in(visit: Visits, site: Site) -> None:
    page = visit("/sign-in?next=/settings")
    page.get_by_label("Votre nom sur ce site, ou votre adresse mail").focus()
    page.keyboard.type("marie_lefevre")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Se connecter"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/settings$"))


def test_a_passkey_is_made_and_signs_in(visit: Visits, site: Site) -> None:
    page = visit(size="phone")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, "lea", PASSWORD)
    page.goto("/settings/security")
    page.get_by_label("Nom de la nouvelle clé d’accès").fill("Mon téléphone")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_role("status")).to_contain_text("clé d’accès est prête")
    expect(page.get_by_text("Mon téléphone")).to_be_visible()
    visit.picture(page, "security")
    page.context.clear_cookies()
    page.goto("/sign-in?next=/settings")
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page).to_have_url(re.compile(r"localhost:\d+/settings$"))


def test_codes_are_set_up_and_asked_for(visit: Visits, site: Site) -> None:
    page = visit(size="phone", dark=True)
    sign_in(page, "lea", PASSWORD)
    page.goto("/settings/security/codes")
    assert_accessible(page)
    picture = page.get_by_role("img", name=re.compile("Code QR"))
    assert picture.evaluate("image => image.naturalWidth") > 100
    totp = pyotp.TOTP(page.locator("form code").inner_text().replace(" ", ""))
    page.get_by_label("Code affiché par l’application").fill(totp.now())
    page.get_by_role("button", name="Activer les codes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    assert_accessible(page)
    assert_fits(page)
    visit.picture(page, "recovery")
    page.context.clear_cookies()
    sign_in(page, "lea", PASSWORD)
    assert_accessible(page)
    assert_fits(page)
    visit.picture(page, "code")
    page.get_by_label("Code").fill(totp.at(time.time() + 30))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/dashboard"))
