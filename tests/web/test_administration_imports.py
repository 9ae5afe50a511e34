"""`/admin/imports`: a trial run, then the real one, for administrators alone."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from quart.testing import QuartClient
from werkzeug.datastructures import FileStorage

from actors.sign_in.sessions import form_token
from objects.vocabularies.bundle import load_bundled
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in

TABLE = (
    "Titre;En bref;Contexte;Publics;Objectifs;Modalités;Déroulé;Résultats;Difficultés;Maturité;"
    "Date\n"
    "Atelier vidéo;Bref;Besoin;Apprentis;Filmer;Hybride;Étapes;Bien;aucune;Éprouvée;12/03/2016\n"
    "<script>alert(1)</script>;;;;;;;;;;\n"
).encode()


@pytest.fixture
async def lea(node: LocalNode) -> QuartClient:
    """The browser of an administrator."""
    await load_bundled(node.store, node.clock.ms)
    return await signed_in(node, "lea", role="admin")


async def send(client: QuartClient, content: bytes, name: str = "a.csv", **form: str) -> Any:
    """Send a file to the trial run."""
    return await client.post(
        "/admin/imports",
        form={"_csrf": form_token(session_token(client)), "kind": "csv", "author": "greta"} | form,
        files={"file": FileStorage(io.BytesIO(content), filename=name)} if name else {},
    )


async def text_of(answer: Any) -> str:
    """The page."""
    return str(await answer.get_data(as_text=True))


def token_in(page: str) -> str:
    """What the page knows the file by."""
    found = re.search(r'name="token" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


def kept(node: LocalNode) -> list[Path]:
    """The files that wait."""
    return [p for p in (node.services.settings.data_dir / "imports").iterdir() if p.is_file()]


async def test_a_trial_run_tells_everything_and_changes_nothing(
    node: LocalNode, lea: QuartClient
) -> None:
    page = await text_of(await send(lea, TABLE))
    assert "Atelier vidéo" in page
    assert "12 mars 2016" in page
    assert "À compléter" in page
    assert "<script>alert" not in page
    assert (await node.count("experiences"), await node.count("drafts")) == (0, 0)


async def test_after_the_confirmation_it_is_done_once_and_written_in_the_log(
    node: LocalNode, lea: QuartClient
) -> None:
    token = token_in(await text_of(await send(lea, TABLE)))
    page = await text_of(
        await post(lea, "/admin/imports/confirm", token=token, kind="csv", author="greta")
    )
    assert "/objects/" in page
    assert "/drafts/" in page
    assert (await node.count("experiences"), await node.count("drafts")) == (1, 1)
    assert kept(node) == []
    again = await post(lea, "/admin/imports/confirm", token=token, kind="csv", author="greta")
    assert again.status_code == 303
    acts = await node.store.query(lambda tx: tx.ledger.audited(5))
    assert [(act.action, act.reason) for act in acts if act.action.startswith("import")] == [
        ("import csv", "1 published, 1 drafts")
    ]


async def test_the_file_of_one_administrator_is_not_imported_by_another(
    node: LocalNode, lea: QuartClient
) -> None:
    token = token_in(await text_of(await send(lea, TABLE)))
    other = await signed_in(node, "nour", role="admin")
    for wrong in (token, "../../communotic.db", "0" * 32, ""):
        answer = await post(
            other, "/admin/imports/confirm", token=wrong, kind="csv", author="greta"
        )
        assert answer.status_code == 303
    assert await node.count("experiences") == 0
    assert len(kept(node)) == 1


@pytest.mark.parametrize(
    ("content", "form", "said"),
    [
        (b"nom de famille;age\nx;1\n", {}, "Aucune colonne ne s’appelle"),
        (TABLE, {"kind": "wordpress"}, "XML"),
        (TABLE, {"people": "Marie = personne"}, "ne dit pas de quel compte"),
        (TABLE, {"author": "nobody"}, 'id="author"'),
        (TABLE, {"kind": "other"}, "kind-0"),
    ],
)
async def test_what_cannot_be_imported_is_said_beside_its_field_and_the_rest_is_kept(
    node: LocalNode, lea: QuartClient, content: bytes, form: dict[str, str], said: str
) -> None:
    answer = await send(lea, content, drafts_only="y", **form)
    assert answer.status_code == 422
    page = await text_of(answer)
    assert said in page
    assert re.search(r'name="drafts_only"[^>]*checked|checked[^>]*name="drafts_only"', page)


async def test_without_a_file_the_page_asks_for_one(lea: QuartClient) -> None:
    answer = await send(lea, b"", name="")
    assert answer.status_code == 422
    assert "Choisissez un fichier" in await text_of(answer)


async def test_the_empty_table_has_every_column(lea: QuartClient) -> None:
    answer = await lea.get("/admin/imports/template.csv")
    text = (await text_of(answer)).removeprefix("\ufeff")
    assert text.startswith("identifiant;titre;en bref;contexte;")
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("role", ["reader", "member", "editor"])
async def test_only_administrators_import(node: LocalNode, role: str) -> None:
    client = await signed_in(node, "emile", role=role)
    assert (await client.get("/admin/imports")).status_code == 403
    assert (await send(client, TABLE)).status_code == 403
    assert (await post(client, "/admin/imports/confirm", token="0" * 32)).status_code == 403
    assert (await client.get("/admin/imports/template.csv")).status_code == 403
