"""Rule 9: nothing from elsewhere is alive in what people read."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from federation.documents import Document
from objects.incoming import object_record
from objects.text import render_markdown, render_plain, sanitise
from tests.objects.people import HERE, NOW, person

CORPUS = Path(__file__).parents[1] / "data" / "dompurify-xss" / "payloads.json"
PAYLOADS: list[str] = [entry["payload"] for entry in json.loads(CORPUS.read_text("utf-8"))]
OWN = [
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a><a href='//evil.example/x'>x</a><a href=' /relative'>x</a>",
    "<a href='https://ok.example/' style='position:fixed;inset:0' onclick='x()'>x</a>",
    "<img src=x onerror=alert(1)><video src=x></video><form action=x><input></form>",
    "<p class='modal fixed mention'>x</p><div id='app' class=\"h-card\">x</div>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><base href='https://evil.example'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'><link rel=stylesheet href=x>",
    "<a href='https://ok.example' target=_self rel='opener'>x</a>",
    "<span data-x='1' aria-label='y' contenteditable>x</span>",
]
TAGS = re.compile(
    "a|abbr|b|blockquote|br|caption|cite|code|dd|del|div|dl|dt|em|h[1-6]|hr|i|ins|kbd|li|ol|p|pre|q"
    "|rp|rt|ruby|s|samp|small|span|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|var"
)
ATTRIBUTES = re.compile(
    "class|href|hreflang|title|translate|rel|lang|dir|start|reversed|value|colspan|rowspan|scope"
)
CLASSES = re.compile(r"mention|hashtag|ellipsis|invisible|quote-inline|[hpeu]-[a-z]+|dt-published")


class Inspector(HTMLParser):
    """Collects everything in some HTML that is not on the list."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not TAGS.fullmatch(tag):
            self.alive.append(f"<{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        safe = ATTRIBUTES.fullmatch(name) is not None
        if name == "href":
            safe = tag == "a" and bool(re.match(r"(?:https?|mailto):", value))
        elif name == "class":
            safe = all(CLASSES.fullmatch(part) for part in value.split())
        elif name == "rel":
            safe = value == "nofollow noopener noreferrer"
        if not safe:
            self.alive.append(f"{tag} {name}={value!r}")

    def handle_comment(self, data: str) -> None:
        self.alive.append(f"<!--{data}")

    def unknown_decl(self, data: str) -> None:
        self.alive.append(f"<![{data}")

    def handle_pi(self, data: str) -> None:
        self.alive.append(f"<?{data}")


def alive(html: str) -> list[str]:
    """What in some HTML could act."""
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.alive


@pytest.mark.parametrize("payload", OWN)
def test_the_inspector_sees_what_is_alive_in_a_payload(payload: str) -> None:
    assert alive(payload)


@pytest.mark.parametrize("payload", PAYLOADS + OWN, ids=range(len(PAYLOADS) + len(OWN)))
def test_nothing_of_a_payload_is_left_alive(payload: str) -> None:
    once = sanitise(payload)
    assert alive(once) == []
    # What a browser would read out of it is not alive the second time either.
    assert alive(sanitise(once)) == []


@pytest.mark.parametrize("payload", PAYLOADS + OWN, ids=range(len(PAYLOADS) + len(OWN)))
def test_no_part_of_an_object_carries_a_payload(payload: str) -> None:
    raw = {
        "id": "https://far.example/1", "type": "Question", "content": payload, "name": payload,
        "summary": payload, "url": payload, "oneOf": [{"name": payload}, {"name": "b"}],
        "attachment": [{"type": "Image", "url": "https://far.example/a.png", "name": payload}],
        "tag": [
            {"type": "Hashtag", "name": payload},
            {"type": "Emoji", "name": payload, "icon": {"url": payload}},
        ],
    }  # fmt: skip
    found = object_record(Document(raw), person("x", "far.example"), NOW)
    assert alive(found.record.content) == []
    # These are plain text, which a page escapes; should it forget, no tag opens all the same.
    texts = [found.record.name, found.record.summary, found.attachments[0].description]
    assert not [text for text in texts if re.search(r"<[A-Za-z/!?]", text)]
    assert found.record.html_url.startswith(("https://", "http://"))
    assert all(url.startswith(("https://", "http://")) for _, url in found.emojis)


@pytest.mark.parametrize("payload", PAYLOADS + OWN, ids=range(len(PAYLOADS) + len(OWN)))
def test_a_member_cannot_write_a_payload_either(payload: str) -> None:
    assert alive(render_markdown(payload, {}, HERE).html) == []
    plain = render_plain(payload, {}, HERE).html.replace(' rel="tag"', "")
    assert alive(plain) == []


def test_a_link_keeps_its_address_and_loses_its_power() -> None:
    found = sanitise('<a href="https://ok.example/?a=1&amp;b=2" rel="opener" target="x">ici</a>')
    assert found == (
        '<a href="https://ok.example/?a=1&amp;b=2" rel="nofollow noopener noreferrer">ici</a>'
    )


def test_the_classes_of_the_fediverse_pass_and_no_others() -> None:
    html = '<span class="invisible fixed ellipsis">x</span><p class="modal">y</p>'
    assert sanitise(html) == '<span class="invisible ellipsis">x</span><p class="">y</p>'


@pytest.mark.parametrize(
    "bomb",
    ["<div>" * 60_000, "<b><p>" * 40_000, "<a href=x>" * 30_000, "<table><td>" * 20_000],
    ids=["div", "formatting", "links", "tables"],
)
def test_deep_nesting_is_flattened_rather_than_parsed(bomb: str) -> None:
    assert alive(sanitise(bomb + "<script>x</script>")) == []
    assert "<" not in sanitise(bomb)


def test_a_text_of_any_length_is_bounded() -> None:
    raw = {"id": "https://far.example/1", "type": "Note", "content": "é" * 900_000}
    found = object_record(Document(raw), person("x", "far.example"), NOW)
    assert len(found.record.content) == 200_000
