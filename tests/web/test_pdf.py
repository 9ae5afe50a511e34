"""The PDF of an experience: readable for everybody, leading back to the page, obeying nobody."""

import asyncio
import io
import os
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from federation.errors import Refused
from objects.media import MediaLimits, store_upload
from storage.records import MediaRecord
from tests.support.fediverse import LocalNode
from tests.web.visiting import WHOLE, get, path_of, publish
from web.typesetting import press as presses
from web.typesetting.glyphs import UNKNOWN, drawable
from web.typesetting.press import Press
from web.typesetting.tree import tree_of

HOSTILE = (
    '#panic("x") #eval("1+1") $ x $ *a* _b_ `c` \\u{41} // @ref <label> #image("/etc/passwd") ]'
)


async def pdf_of(node: LocalNode, **changes: Any) -> pikepdf.Pdf:
    """The PDF of an experience with these fields."""
    record = await publish(node, **changes)
    answer = await get(node, f"{path_of(record.url)}.pdf")
    assert answer.status_code == 200, await answer.get_data()
    assert answer.content_type == "application/pdf"
    return pikepdf.open(io.BytesIO(await answer.get_data(as_text=False)))


def elements(document: pikepdf.Pdf) -> list[Any]:
    """Every element of the structure tree."""
    found: list[Any] = []

    def walk(element: Any) -> None:
        if isinstance(element, pikepdf.Array):
            for one in element:
                walk(one)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                found.append(element)
            if "/K" in element:
                walk(element.K)

    walk(document.Root.StructTreeRoot.K)
    return found


def links(document: pikepdf.Pdf) -> set[str]:
    """Where the links of a document lead."""
    return {
        str(annotation.A.URI)
        for sheet in document.pages
        for annotation in sheet.get("/Annots", [])
        if "/A" in annotation and "/URI" in annotation.A
    }


async def picture(node: LocalNode, description: str) -> MediaRecord:
    """An upload of Nour's."""
    drawn = io.BytesIO()
    Image.new("RGB", (900, 600), (120, 160, 90)).save(drawn, "JPEG")
    services = node.services
    return await store_upload(
        node.store, services.files, MediaLimits(10**7, 10**7), await node.person("nour"),
        drawn.getvalue(), description, node.clock.ms,
    )  # fmt: skip


async def test_the_pdf_is_tagged_and_says_what_it_is(node: LocalNode) -> None:
    document = await pdf_of(node)
    assert bool(document.Root.MarkInfo.Marked)
    assert str(document.Root.Lang) == "fr"
    assert str(document.docinfo["/Title"]) == WHOLE.title
    assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == WHOLE.title
        assert metadata["dc:creator"] == ["Nour"]
    kinds = {str(element.S) for element in elements(document)}
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/Figure", "/Link"} <= kinds


async def test_an_english_text_makes_an_english_pdf(node: LocalNode) -> None:
    document = await pdf_of(node, language="en")
    assert str(document.Root.Lang) == "en"


async def test_the_pdf_leads_back_to_the_page(node: LocalNode) -> None:
    record = await publish(node)
    answer = await get(node, f"{path_of(record.url)}.pdf")
    document = pikepdf.open(io.BytesIO(await answer.get_data(as_text=False)))
    assert record.url in links(document)
    assert "https://creativecommons.org/licenses/by-sa/4.0/" in links(document)
    described = [str(e.Alt) for e in elements(document) if str(e.S) == "/Figure"]
    assert len(described) == 1
    assert described[0].endswith(record.url)


async def test_pictures_are_in_the_pdf_with_their_descriptions(node: LocalNode) -> None:
    upload = await picture(node, "Un établi sous un pommier")
    document = await pdf_of(node, media_ids=(upload.id,))
    figures = [e for e in elements(document) if str(e.S) == "/Figure" and "/Alt" in e]
    assert "Un établi sous un pommier" in [str(figure.Alt) for figure in figures]
    assert any("/XObject" in sheet.Resources for sheet in document.pages)


@pytest.mark.parametrize(
    "field", ["title", "summary", "context", "approach", "rhythm", "territory_name", "caveats"]
)
async def test_nothing_that_people_write_is_a_program(node: LocalNode, field: str) -> None:
    document = await pdf_of(node, **{field: HOSTILE})
    assert len(document.pages) >= 1
    if field == "title":
        assert str(document.docinfo["/Title"]) == HOSTILE


async def test_a_link_to_a_script_is_no_link_on_paper(node: LocalNode) -> None:
    document = await pdf_of(node, context="[ici](javascript:alert(1)) [là](https://ok.example/x)")
    assert "https://ok.example/x" in links(document)
    assert not [url for url in links(document) if "javascript" in url]


async def test_letters_that_no_font_has_do_not_stop_the_press(node: LocalNode) -> None:
    document = await pdf_of(node, title="Bravo 🎉 日本語", context="\x07 \u200b\ufeff العربية")
    assert "party popper" in str(document.docinfo["/Title"])


async def test_a_node_without_uploads_prints_too(node: LocalNode) -> None:
    assert await node.count("media") == 0
    assert len((await pdf_of(node)).pages) >= 1


async def test_the_same_document_is_set_once(node: LocalNode, tmp_path: Path) -> None:
    press = Press(tmp_path / "kept", tmp_path / "media")
    values = card_values()
    first = await press.document("card", "png", values, 0)
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(b"from the shelf")
    assert await press.document("card", "png", values, 0) == b"from the shelf"
    assert first.startswith(b"\x89PNG")
    other = await press.document("card", "png", values | {"title": "Autre"}, 0)
    assert other.startswith(b"\x89PNG")


async def test_housekeeping_forgets_documents_after_a_day(node: LocalNode) -> None:
    await pdf_of(node)
    folder = node.services.settings.documents_dir
    await node.services.housekeeping.run_once()
    (kept,) = folder.iterdir()
    yesterday = node.services.clock() - 25 * 3600
    os.utime(kept, (yesterday, yesterday))
    await node.services.housekeeping.run_once()
    assert list(folder.iterdir()) == []


async def test_too_many_documents_at_once_are_refused(tmp_path: Path) -> None:
    press = Press(tmp_path / "kept", tmp_path / "media")
    wanted = [
        press.document("card", "png", card_values() | {"title": f"Titre {n}"}, 0)
        for n in range(presses.MAX_WAITING + 2)
    ]
    answers = await asyncio.gather(*wanted, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.status for answer in refused] == [503, 503]


async def test_a_document_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "TIME_LIMIT_S", 0.0)
    with pytest.raises(Refused) as refused:
        await Press(tmp_path / "kept", tmp_path / "media").document("card", "png", card_values(), 0)
    assert refused.value.status == 503
    assert not (tmp_path / "kept").exists()


async def test_a_broken_order_is_a_refusal_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        await Press(tmp_path / "kept", tmp_path / "media").document("card", "png", {}, 0)
    assert refused.value.code == "typesetting"


async def test_social_networks_get_a_picture(node: LocalNode) -> None:
    record = await publish(node, title=f"Un titre très long {HOSTILE} " * 5)
    answer = await get(node, f"{path_of(record.url)}.png")
    assert answer.content_type == "image/png"
    assert "max-age" in answer.headers["Cache-Control"]
    assert Image.open(io.BytesIO(await answer.get_data(as_text=False))).size == (1200, 630)
    again = await node.app.test_client().get(
        f"{path_of(record.url)}.png", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def card_values() -> dict[str, Any]:
    """What the card of a social network shows."""
    return {
        "language": "fr", "accent": "#3a6416", "kind": "Expérience", "title": "Titre", "size": 60,
        "byline": "Nour", "site": "Greta",
        "mark": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    }  # fmt: skip


def test_markup_becomes_a_tree_of_values() -> None:
    tree = tree_of("<p>a <b>b</b><br>c</p><ul><li>d<ul><li>e</li></ul></li></ul>loose")
    assert [node["kind"] for node in tree] == ["paragraph", "bullets", "paragraph"]
    assert tree[0]["inside"][1] == {"kind": "strong", "inside": [{"kind": "text", "text": "b"}]}
    assert tree[1]["inside"][0]["inside"][1]["kind"] == "bullets"


def test_rows_of_a_table_are_equally_long() -> None:
    (table,) = tree_of("<table><tr><th>a</th><th>b</th></tr><tr><td>c</td></tr></table>")
    assert table["columns"] == 2
    assert [len(row) for row in table["rows"]] == [2, 2]


def test_deep_nesting_ends_somewhere() -> None:
    assert tree_of("<blockquote>" * 500 + "x" + "</blockquote>" * 500)


def test_what_cannot_be_drawn_is_named_or_boxed() -> None:
    assert drawable("Été à L’Aigle : « 3 € » → œuvre") == "Été à L’Aigle : « 3 € » → œuvre"
    assert drawable("a🎉b") == "a[party popper]b"
    assert drawable("日") == UNKNOWN
    assert drawable("a\x00b\u0e31c") == "abc"
