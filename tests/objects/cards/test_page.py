"""What is read from pages, well-behaved and not."""

import pytest

from federation.addresses import AddressGuard
from federation.documents import Document
from objects.cards.page import MAX_DESCRIPTION, MAX_TITLE, Preview, decoded, read_page, with_oembed

GUARD = AddressGuard()
URL = "https://site.example/articles/1"
PAGE = """<!DOCTYPE html><html lang="fr-FR"><head><meta charset="utf-8">
<title>Le titre du site</title>
<meta property="og:title" content="Former autrement &amp; mieux">
<meta property="og:description" content="Une &lt;expérience&gt; réussie">
<meta property="og:site_name" content="Le site">
<meta property="og:image" content="/images/1.jpg">
<meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
<meta property="og:image:alt" content="Un atelier">
<meta property="article:published_time" content="2026-11-01T08:00:00+01:00">
<meta name="author" content="Ada">
<link rel="alternate" type="application/json+oembed" href="/oembed?u=1&amp;f=json">
</head><body><p>Texte</p></body></html>"""


def read(page: str) -> Preview:
    return read_page(page.encode(), "text/html; charset=utf-8", URL, GUARD)[0]


def test_a_page_says_what_it_is() -> None:
    preview, oembed = read_page(PAGE.encode(), "text/html", URL, GUARD)
    assert preview == Preview(
        title="Former autrement & mieux",
        description="Une réussie",
        author_name="Ada",
        provider_name="Le site",
        language="fr",
        image="https://site.example/images/1.jpg",
        image_description="Un atelier",
        width=1200,
        height=630,
        published_at=1_793_516_400_000,
    )
    assert oembed == "https://site.example/oembed?u=1&f=json"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Seul</title>", "Seul"),
        ("<TITLE>\n Deux \n lignes</TITLE>", "Deux lignes"),
        ('<meta name="twitter:title" content="Oiseau"><title>Non</title>', "Oiseau"),
        ("<title>A <b>gras</b></title>", "A gras"),
        ("<svg><title>Dessin</title></svg><title>Page</title>", "Page"),
        ('<script>"<title>non</title>"</script><title>oui</title>', "oui"),
        ('<style>a{content:"<title>non</title>"}</style><title>oui</title>', "oui"),
        ("<!-- <title>non</title> --><title>oui</title>", "oui"),
        ("<body><title>trop tard</title>", ""),
        ("<script><title>jamais", ""),
        ("", ""),
    ],
)
def test_titles(page: str, title: str) -> None:
    assert read(page).title == title


@pytest.mark.parametrize(
    "image",
    [
        "http://site.example/1.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "https://127.0.0.1/1.jpg",
        "https://[::1]/1.jpg",
        "https://10.0.0.1/1.jpg",
        "https://localhost/1.jpg",
        "https://site.example:8443/1.jpg",
        "https://user:secret@site.example/1.jpg",
        "https://[bad/1.jpg",
        "  ",
    ],
)
def test_pictures_come_from_public_places_by_https(image: str) -> None:
    assert read(f'<title>x</title><meta property="og:image" content="{image}">').image == ""


def test_texts_are_short_and_of_one_line() -> None:
    long = "mot\n" * 5_000
    preview = read(f'<title>{long}</title><meta name="description" content="{long}">')
    assert len(preview.title) <= MAX_TITLE
    assert len(preview.description) <= MAX_DESCRIPTION
    assert "\n" not in preview.title + preview.description


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("og:image:width", "99999999999999999999"),
        ("og:image:width", "-5"),
        ("og:image:width", "½"),
        ("article:published_time", "yesterday"),
        ("article:published_time", "0001-01-01T00:00:00+23:59"),
        ("og:locale", "../../etc"),
    ],
)
def test_nonsense_counts_as_nothing_said(name: str, value: str) -> None:
    picture = '<title>x</title><meta property="og:image" content="/1.png">'
    preview = read(f'{picture}<meta property="{name}" content="{value}">')
    assert (preview.width, preview.published_at, preview.language) == (0, None, "")


@pytest.mark.parametrize(
    "charset", ["base64", "rot13", "zip", "idna", "nothing", "utf-16", "hex", ""]
)
def test_no_encoding_makes_a_page_unreadable(charset: str) -> None:
    assert isinstance(decoded(b"<title>caf\xc3\xa9</title>", f"text/html; charset={charset}"), str)


def test_an_encoding_named_in_the_page_counts() -> None:
    page = '<meta charset="iso-8859-1"><title>café</title>'.encode("iso-8859-1")
    assert read_page(page, "text/html", URL, GUARD)[0].title == "café"


def test_oembed_fills_what_was_left_open_and_brings_no_html() -> None:
    answer = Document(
        {
            "type": "video",
            "html": "<iframe src='https://evil.example'></iframe>",
            "title": "<script>alert(1)</script>Film",
            "author_name": "Ada",
            "author_url": "javascript:alert(1)",
            "provider_name": "Vidéos",
            "provider_url": "https://videos.example/",
            "thumbnail_url": "https://videos.example/1.jpg",
            "thumbnail_width": 480,
            "thumbnail_height": 1e99,
        }
    )
    preview = with_oembed(Preview(description="Déjà là"), answer, URL, GUARD)
    assert "<script" not in preview.title
    assert preview.author_url == ""
    assert preview.description == "Déjà là"
    assert (preview.image, preview.width, preview.height) == (
        "https://videos.example/1.jpg", 480, 0,
    )  # fmt: skip
    kept = with_oembed(Preview(title="Le mien"), answer, URL, GUARD)
    assert kept.title == "Le mien"
