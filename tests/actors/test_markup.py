"""What strangers write about themselves is harmless once it is read."""

import pytest

from actors.markup import field_html, plain_line, profile_html


def test_paragraphs_links_and_mentions_survive() -> None:
    text = '<p>Bonjour <a href="https://a.example/x" class="mention">@x</a><br>suite</p>'
    cleaned = profile_html(text)
    assert 'href="https://a.example/x"' in cleaned
    assert 'rel="nofollow noopener"' in cleaned
    assert 'class="mention"' in cleaned
    assert cleaned.startswith("<p>Bonjour ")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<p onclick="alert(1)">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="/relative">x</a>',
        '<p style="position:fixed">x</p>',
        "<iframe src='https://a.example'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        '<p class="modal admin">x</p>',
    ],
)
def test_nothing_active_survives(text: str) -> None:
    for cleaned in (profile_html(text), field_html(text)):
        for word in ("script", "onerror", "onclick", "javascript", "relative", "style", "iframe"):
            assert word not in cleaned
        assert "modal" not in cleaned


def test_a_name_is_one_line_of_text() -> None:
    assert plain_line("  Amina\n<b>B</b> &amp; Co ") == "Amina B & Co"
    assert plain_line("I <3 federation") == "I <3 federation"


def test_a_name_cannot_turn_its_own_direction() -> None:
    assert plain_line("Greta\u202egro.live\u0000") == "Greta gro.live"


def test_a_name_escaped_twice_does_not_become_a_tag() -> None:
    assert "<script" not in plain_line("&lt;script&gt;alert(1)&lt;/script&gt;")


def test_a_name_is_short() -> None:
    assert len(plain_line("x" * 100_000)) == 200
