"""Experiences to take along: text and data."""

import frontmatter
import orjson
import pytest

from federation.documents import Document
from objects.experiences.documents import experience_of
from outbox.acts.change import withdraw
from tests.support.fediverse import LocalNode
from tests.web.visiting import WHOLE, get, path_of, publish

SUFFIXES = (".md", ".jsonld", ".bib", "/qr.svg")


async def test_the_text_is_markdown_with_a_head_of_facts(node: LocalNode) -> None:
    record = await publish(node)
    answer = await get(node, f"{path_of(record.url)}.md")
    assert answer.content_type == "text/markdown; charset=utf-8"
    read = frontmatter.loads(await answer.get_data(as_text=True))
    assert read["title"] == WHOLE.title
    assert read["url"] == record.url
    assert read["licence"] == "CC-BY-SA-4.0"
    assert "## Difficultés et points de vigilance" in read.content
    assert "Les notices restaient **dans leur carton**." in read.content


async def test_the_data_are_the_whole_experience(node: LocalNode) -> None:
    record = await publish(node)
    answer = await get(node, f"{path_of(record.url)}.jsonld")
    assert answer.content_type.startswith("application/ld+json")
    data = orjson.loads(await answer.get_data())
    assert data["id"] == record.url
    read = experience_of(Document(data))
    assert read is not None
    assert (read.title, read.indicators, read.themes) == (
        WHOLE.title,
        WHOLE.indicators,
        WHOLE.themes,
    )


async def test_the_qr_code_is_a_picture_without_scripts(node: LocalNode) -> None:
    record = await publish(node)
    answer = await get(node, f"{path_of(record.url)}/qr.svg")
    assert answer.content_type.startswith("image/svg+xml")
    assert "script" not in await answer.get_data(as_text=True)
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_downloads_can_be_kept_and_asked_again(node: LocalNode, suffix: str) -> None:
    record = await publish(node)
    path = path_of(record.url) + suffix
    first = await get(node, path)
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    again = await node.app.test_client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".pdf", ".png", "/print", "/embed"])
async def test_what_was_withdrawn_cannot_be_had(node: LocalNode, suffix: str) -> None:
    record = await publish(node)
    await withdraw(node.outbox, await node.person("nour"), record)
    assert (await get(node, path_of(record.url) + suffix)).status_code == 410


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".pdf", ".png", "/print", "/embed"])
async def test_a_note_is_no_experience(node: LocalNode, suffix: str) -> None:
    url = await node.write("nour", "Une petite note.")
    assert (await get(node, path_of(url) + suffix)).status_code == 404


@pytest.mark.parametrize("number", ["9" * 30, "0", "12"])
async def test_numbers_of_nothing_are_not_found(node: LocalNode, number: str) -> None:
    for suffix in ("", *SUFFIXES):
        assert (await get(node, f"/objects/{number}{suffix}")).status_code == 404
