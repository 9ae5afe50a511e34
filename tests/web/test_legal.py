"""The pages that the law asks for, and what visitors see before they are complete."""

from dataclasses import replace
from typing import Any

import pytest

from actors.site import LegalNotice, save_site
from tests.support.fediverse import LocalNode
from tests.support.signed_in import signed_in
from tests.support.site import NOTICE
from tests.web.visiting import get, page, path_of, publish

PAGES = ("/mentions-legales", "/confidentialite", "/accessibilite")


async def write_notice(node: LocalNode, notice: LegalNotice) -> None:
    """Replace the legal notice."""
    await node.store.write(lambda tx: save_site(tx, "test", notice, node.clock.ms))
    node.services.web.site.forget()


async def test_the_legal_notice_says_what_the_law_asks_for(node: LocalNode) -> None:
    text = await page(node, "/mentions-legales")
    for said in (
        NOTICE.denomination, NOTICE.address, NOTICE.telephone, NOTICE.mail, NOTICE.director,
        NOTICE.host_name, NOTICE.host_address, NOTICE.host_telephone,
    ):  # fmt: skip
        assert said.replace("'", "&#39;") in text
    assert 'href="/report"' in text


async def test_privacy_says_to_whom_one_writes(node: LocalNode) -> None:
    text = await page(node, "/confidentialite")
    assert f'href="mailto:{NOTICE.gdpr_contact}"' in text
    assert "CNIL" in text
    assert "14 jours" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [("non", "n’est pas conforme"), ("partial", "partiellement conforme"),
     ("total", "totalement conforme")],
)  # fmt: skip
async def test_every_page_says_how_accessible_the_site_is(
    node: LocalNode, state: str, words: str
) -> None:
    await write_notice(node, replace(NOTICE, accessibility=state))  # type: ignore[arg-type]
    statement = await page(node, "/accessibilite")
    assert words in statement
    assert "20 novembre 2026" in statement
    assert f'href="mailto:{NOTICE.accessibility_contact}"' in statement
    assert "Défenseur des droits" in statement
    assert "Accessibilité\u00a0: " in await page(node, "/")


@pytest.mark.parametrize("path", PAGES)
async def test_legal_pages_speak_english_too(node: LocalNode, path: str) -> None:
    assert '<html lang="en">' in await page(node, path, "en")


async def test_nothing_that_an_administrator_writes_becomes_markup(node: LocalNode) -> None:
    evil = '"><script>alert(1)</script>'
    evil_fields: Any = dict.fromkeys(
        ("denomination", "address", "mail", "director", "gdpr_contact", "privacy_notes"), evil
    )
    await write_notice(node, replace(NOTICE, **evil_fields))
    for path in PAGES:
        assert "<script" not in await page(node, path)


async def test_until_the_notice_is_complete_visitors_wait(node: LocalNode) -> None:
    record = await publish(node)
    await write_notice(node, replace(NOTICE, host_name=""))
    path = path_of(record.url)
    for closed in ("/", "/@greta", path, f"{path}/print", f"{path}/embed", f"{path}.pdf"):
        answer = await get(node, closed)
        assert answer.status_code == 503, closed
        assert "Retry-After" in answer.headers
        text = await answer.get_data(as_text=True)
        assert "en préparation" in text
        assert record.name not in text
    for path in (*PAGES, "/sign-in"):
        assert (await get(node, path)).status_code == 200


async def test_members_and_servers_do_not_wait(node: LocalNode) -> None:
    record = await publish(node)
    await write_notice(node, replace(NOTICE, host_name=""))
    member = await signed_in(node, "nour")
    assert (await get(node, path_of(record.url), client=member)).status_code == 200
    document = await node.app.test_client().get(
        path_of(record.url), headers={"Accept": "application/activity+json"}
    )
    assert document.status_code == 200
    admin = await signed_in(node, "lea", role="admin")
    text = await (await get(node, "/", client=admin)).get_data(as_text=True)
    assert "Compléter les mentions légales" in text
