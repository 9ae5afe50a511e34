"""Which representation an Accept header gets."""

import pytest
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from actors.negotiation import Format, choose

AS2 = "https://www.w3.org/ns/activitystreams"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", Format.ACTIVITY),
        ("*/*", Format.ACTIVITY),
        ("application/activity+json", Format.ACTIVITY),
        ("application/json", Format.ACTIVITY),
        (f'application/ld+json; profile="{AS2}"', Format.LD),
        ("application/ld+json", Format.LD),
        ("application/ld+json,application/activity+json,application/json", Format.ACTIVITY),
        (f'application/activity+json, application/ld+json; profile="{AS2}"', Format.ACTIVITY),
        ('application/ld+json; profile="http://www.w3.org/ns/json-ld#expanded"', Format.EXPANDED),
        ("text/turtle", Format.TURTLE),
        ("application/n-triples", Format.NTRIPLES),
        (BROWSER, Format.HTML),
        ("text/html", Format.HTML),
        ("text/html;q=0.1, application/activity+json", Format.ACTIVITY),
        ("text/html, application/activity+json;q=0.5", Format.HTML),
        ("text/html, application/activity+json", Format.ACTIVITY),
        ("text/turtle;q=0.9, text/html;q=0.8", Format.TURTLE),
        ("application/*", Format.ACTIVITY),
        ("text/*;q=0.3", Format.HTML),
        ("image/png", None),
        ("application/activity+json;q=0", None),
    ],
)
def test_the_best_representation_is_chosen(header: str, expected: Format | None) -> None:
    assert choose(parse_accept_header(header, MIMEAccept)) is expected
