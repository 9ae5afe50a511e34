"""Plain text and Markdown as HTML, and what they name."""

import pytest

from objects.text import (
    find_mentions,
    markdown_html,
    normalise_hashtag,
    paragraphs,
    plain_text,
    render_markdown,
    render_plain,
    sanitise,
)
from tests.objects.people import HERE

PEOPLE = {
    "paul@far.example": ("https://far.example/users/paul", "https://far.example/@paul"),
    "jeanne": (HERE.actor("jeanne"), HERE.profile("jeanne")),
}


def test_paragraphs_and_line_breaks_are_kept() -> None:
    assert (
        render_plain("un\r\ndeux\n\n\ntrois\n", {}, HERE).html == "<p>un<br />deux</p><p>trois</p>"
    )


def test_markup_in_plain_text_is_only_text() -> None:
    found = render_plain('<b onclick="x">&amp; "q"', {}, HERE).html
    assert found == '<p>&lt;b onclick="x"&gt;&amp;amp; "q"</p>'


def test_a_mention_is_marked_up_as_mastodon_does() -> None:
    found = render_plain("Salut @Paul@far.example !", PEOPLE, HERE)
    assert found.html == (
        '<p>Salut <span class="h-card"><a href="https://far.example/@paul" class="u-url mention">'
        "@<span>Paul</span></a></span> !</p>"
    )
    assert found.tags == [
        {"type": "Mention", "href": PEOPLE["paul@far.example"][0], "name": "@Paul@far.example"}
    ]


def test_somebody_here_is_mentioned_without_a_host() -> None:
    found = render_plain("@jeanne et @inconnue", PEOPLE, HERE)
    assert [tag["name"] for tag in found.tags] == ["@jeanne@node.example"]
    assert found.html.endswith(" et @inconnue</p>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("écrire à contact@far.example", []),
        ("@a.b@x.example, (@c) et /@d", ["a.b@x.example", "c"]),
        ("@paul@far.example.", ["paul@far.example"]),
        ("@Paul@FAR.example @paul@far.example", ["paul@far.example"]),
        ("@x@localhost:8080!", ["x@localhost:8080"]),
        ("https://far.example/@paul", []),
        ("@jeanne_, @-x", ["jeanne_"]),
    ],
)
def test_mentions_are_found(text: str, expected: list[str]) -> None:
    assert find_mentions(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#Été #été2026 #2026", ["été", "été2026"]),
        ("https://x.example/#ancre et a#b", []),
        ("&#39; #c'est", ["c"]),
        ("＃formation #ＡＢＣ", ["formation", "abc"]),
        ("(#classe_inversée)", ["classe_inversée"]),
    ],
)
def test_hashtags_are_found(text: str, expected: list[str]) -> None:
    tags = render_plain(text, {}, HERE).tags
    assert [normalise_hashtag(tag["name"]) for tag in tags] == expected


def test_hashtags_compare_whatever_their_spelling() -> None:
    assert normalise_hashtag(" #É́COLE ") == normalise_hashtag("É́cole")
    assert len(normalise_hashtag("x" * 500)) == 100


def test_a_hashtag_links_to_its_page_here() -> None:
    found = render_plain("#École", {}, HERE)
    href = "https://node.example/tags/%C3%A9cole"
    assert found.tags == [{"type": "Hashtag", "href": href, "name": "#École"}]
    assert found.html == (
        f'<p><a href="{href}" class="mention hashtag" rel="tag">#<span>École</span></a></p>'
    )


@pytest.mark.parametrize(
    ("text", "href", "rest"),
    [
        ("(https://x.example/a_(b))", "https://x.example/a_(b)", ")"),
        ("https://x.example/a?b=c&d=e.", "https://x.example/a?b=c&amp;d=e", "."),
        ("https://x.example/a, puis", "https://x.example/a", ", puis"),
        ("HTTPS://X.example/#ancre", "HTTPS://X.example/#ancre", ""),
    ],
)
def test_addresses_become_links_and_leave_the_punctuation(text: str, href: str, rest: str) -> None:
    html = render_plain(text, {}, HERE).html
    assert f'href="{href}"' in html
    assert html.endswith(f"</a>{rest}</p>")


def test_a_long_address_is_shortened_by_classes_alone() -> None:
    url = "https://www.far.example/une/adresse/assez/longue/pour/etre/cachee"
    html = render_plain(url, {}, HERE).html
    assert '<span class="invisible">https://www.</span><span class="ellipsis">' in html
    assert plain_text(html) == url


def test_markdown_names_people_and_subjects_outside_links_and_code() -> None:
    text = "**@jeanne** et `@jeanne #code` et [@jeanne #lien](https://x.example) #Sujet"
    found = render_markdown(text, PEOPLE, HERE)
    assert [tag["name"] for tag in found.tags] == ["@jeanne@node.example", "#Sujet"]
    assert "<code>@jeanne #code</code>" in found.html
    assert ">@jeanne #lien</a>" in found.html


def test_markdown_has_headings_lists_and_tables_but_no_html() -> None:
    text = "## Titre\n\n- un\n- deux\n\n|a|b|\n|-|-|\n|1|2|\n\n<b>non</b> ~~faux~~"
    html = render_markdown(text, {}, HERE).html
    for part in ("<h2>Titre</h2>", "<li>un</li>", "<td>1</td>", "&lt;b&gt;non", "<s>faux</s>"):
        assert part in html


def test_pictures_in_markdown_become_links() -> None:
    html = render_markdown("![Un établi](https://x.example/a.png)", {}, HERE).html
    assert html == (
        '<p><a href="https://x.example/a.png" rel="nofollow noopener noreferrer">Un établi</a></p>'
    )


def test_foreign_markdown_names_nobody() -> None:
    assert markdown_html("*@jeanne* #sujet") == "<p><em>@jeanne</em> #sujet</p>"


def test_plain_text_becomes_escaped_paragraphs() -> None:
    assert paragraphs("a < b\nc\n\nd") == "<p>a &lt; b<br />c</p><p>d</p>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>un<br>deux</p><p>trois</p>", "un\ndeux\n\ntrois"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("déjà du texte ", "déjà du texte"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("<script>x</script><p>y</p>", "y"),
    ],
)
def test_html_can_be_read_as_text(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_sanitising_twice_changes_nothing() -> None:
    html = '<p>a <a href="https://x.example/?a=1&b=2">b</a> <img src=x> &amp;</p>'
    assert sanitise(sanitise(html)) == sanitise(html)
