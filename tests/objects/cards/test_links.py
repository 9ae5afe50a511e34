"""Which links of a post deserve a preview."""

import pytest

from objects.cards.links import MAX_LINKS, links_of
from objects.text import sanitise


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>rien</p>", []),
        ('<p><a href="https://a.example/x?y=1&amp;z=2">ici</a></p>', ["https://a.example/x?y=1&z=2"]),
        ('<p><a href="https://a.example/x#part">ici</a></p>', ["https://a.example/x"]),
        ('<a href="https://a.example/@ada" class="u-url mention">@<span>ada</span></a>', []),
        ('<a href="https://a.example/tags/x" class="mention hashtag">#x</a>', []),
        ('<a href="https://misskey.example/tags/x" rel="tag">#x</a>', []),
        ('<a href="https://misskey.example/@ada"><span>@ada</span></a>', []),
        ('<p class="quote-inline">RE: <a href="https://a.example/1">x</a></p><p>y</p>', []),
        ('<a href="mailto:ada@a.example">x</a><a href="javascript:alert(1)">y</a>', []),
        (
            '<a href="https://b.example/"><i>b</i></a><a href="https://b.example/">b</a>' + '<a href="https://c.example/">c</a>',
            ["https://b.example/", "https://c.example/"],
        ),
    ],
)  # fmt: skip
def test_links_without_people_and_hashtags(html: str, found: list[str]) -> None:
    assert links_of(sanitise(html)) == found


def test_no_more_than_a_few_links_are_looked_at() -> None:
    html = "".join(f'<a href="https://a.example/{n}">x</a>' for n in range(50))
    assert len(links_of(sanitise(html))) == MAX_LINKS
    assert links_of(sanitise(f'<a href="https://a.example/{"x" * 3_000}">x</a>')) == []
