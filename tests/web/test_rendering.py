"""What every page has in common: language, safety lines, forms, errors, static files."""

from typing import Any

import pytest
from html5lib import parse
from werkzeug.datastructures import MultiDict

from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import signed_in
from tests.web.visiting import PERSON, get, page
from web.forms import Form, area, choice, errors_summary, integer, line, rows, several
from web.rendering import asset, policy, redirect
from web.rules import between, is_web_address, longest, mail_address, required, shortest
from web.texts import mark


async def test_pages_carry_the_second_wall(node: LocalNode) -> None:
    for path in ("/", "/@greta", "/sign-in", "/mentions-legales", "/nowhere"):
        headers = (await get(node, path)).headers
        found = headers["Content-Security-Policy"]
        assert "default-src 'none'" in found
        assert "script-src 'self';" in found
        assert "unsafe" not in found
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


async def test_no_page_has_inline_scripts_or_styles(node: LocalNode) -> None:
    for path in ("/", "/@greta", "/sign-in", "/mentions-legales", "/vocabularies"):
        tree = parse(await page(node, path), namespaceHTMLElements=False)
        assert not list(tree.iter("style"))
        assert [s for s in tree.iter("script") if not s.get("src")] == []
        assert [e for e in tree.iter() if isinstance(e.tag, str) and "style" in e.attrib] == []


async def test_a_language_that_was_chosen_is_kept_in_the_only_cookie(node: LocalNode) -> None:
    client: Any = node.app.test_client()
    headers = PERSON | {"Accept-Language": "fr"}
    chosen = await client.get("/language?to=en&next=/%40greta", headers=headers)
    assert chosen.status_code == 303
    assert chosen.headers["Location"] == "/@greta"
    cookie = chosen.headers["Set-Cookie"]
    assert cookie.startswith("lang=en;")
    for part in ("Secure", "HttpOnly", "SameSite=Lax"):
        assert part in cookie
    text = await (await client.get("/", headers=headers)).get_data(as_text=True)
    assert '<html lang="en">' in text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%2F/evil", "x"]
)
async def test_choosing_a_language_leads_nowhere_else(node: LocalNode, target: str) -> None:
    answer = await node.app.test_client().get(
        "/language", query_string={"to": "en", "next": target}
    )
    assert answer.headers["Location"] == "/"


async def test_an_unknown_language_cannot_be_chosen(node: LocalNode) -> None:
    answer = await get(node, "/language?to=xx&next=/")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


async def test_the_answer_to_members_is_kept_by_nobody(node: LocalNode) -> None:
    client = await signed_in(node, "nour")
    assert (await get(node, "/", client=client)).headers["Cache-Control"] == "private, no-store"
    assert (await get(node, "/")).headers["Cache-Control"] == "no-cache"
    assert "Cookie" in (await get(node, "/")).headers["Vary"]


async def test_a_member_sees_their_menu_and_how_much_is_unread(
    network: Network, node: LocalNode
) -> None:
    url = await node.write("nour", "Bonjour")
    await node.write("emile", "Bonjour à toi", reply_to=url)
    await network.settle()
    text = await page(node, "/", client=await signed_in(node, "nour"))
    assert 'action="/sign-out"' in text
    assert 'href="/dashboard"' in text
    assert 'href="/admin"' not in text
    assert '<span class="count">1<span class="visually-hidden"> non lues' in text
    admin = await page(node, "/", client=await signed_in(node, "lea", role="admin"))
    assert 'href="/admin"' in admin
    assert 'class="count"' not in admin


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/nowhere", 404, "Il n’y a rien ici"), ("/@nobody", 404, "Il n’y a rien ici"),
     ("/?done=saved", 200, "Vos changements sont enregistrés.")],
)  # fmt: skip
async def test_what_goes_wrong_is_said_in_words(
    node: LocalNode, path: str, status: int, words: str
) -> None:
    answer = await get(node, path)
    text = await answer.get_data(as_text=True)
    assert answer.status_code == status
    assert words in text
    if status == 404:
        assert 'role="search"' in text
        assert 'name="robots" content="noindex"' in text


async def test_a_status_line_says_only_what_we_wrote(node: LocalNode) -> None:
    text = await page(node, "/?done=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in text
    assert 'role="status"' not in text


async def test_the_address_of_a_page_is_never_markup(node: LocalNode) -> None:
    for path in ('/nowhere/"><script>x</script>', '/?q="><script>x</script>'):
        text = await (await get(node, path)).get_data(as_text=True)
        assert "<script" not in text


async def test_programs_get_problems_and_browsers_pages(node: LocalNode) -> None:
    client = node.app.test_client()
    machine = await client.get("/nowhere", headers={"Accept": "application/json"})
    assert machine.content_type == "application/problem+json"
    form = await client.post("/sign-out", headers=PERSON, form={"_csrf": "wrong"})
    assert form.content_type.startswith("text/html")


async def test_static_files_are_kept_by_browsers(node: LocalNode) -> None:
    client = node.app.test_client()
    address = asset("style.css")
    kept = await client.get(address)
    assert kept.content_type.startswith("text/css")
    assert "immutable" in kept.headers["Cache-Control"]
    plain = await client.get("/static/style.css")
    assert "immutable" not in plain.headers["Cache-Control"]
    assert (await client.get("/static/../rendering.py")).status_code == 404
    assert (await client.get("/static/%2e%2e/rendering.py")).status_code == 404


async def test_robots_know_what_is_not_for_them(node: LocalNode) -> None:
    text = await (await get(node, "/robots.txt")).get_data(as_text=True)
    assert "Disallow: /sign-in" in text
    assert "Sitemap: https://node.example/sitemap.xml" in text


def test_a_page_of_ours_is_where_a_form_leads() -> None:
    assert redirect("/settings", done="saved").headers["Location"] == "/settings?done=saved"
    there = redirect("/x?a=b#c", done="saved").headers["Location"]
    assert there == "/x?a=b&done=saved#c"


def test_a_form_that_leads_elsewhere_says_where() -> None:
    assert "form-action 'self' https://idp.example;" in policy(form_targets=["https://idp.example"])
    assert policy(framed=True).endswith("frame-ancestors *")


class Row(Form):
    """One row."""

    name = line(mark("Name"), required())


class Sample(Form):
    """Every kind of field that has rules."""

    title = line(mark("Title"), required(), longest(5))
    text = area(mark("Text"), shortest(3))
    number = integer(mark("Number"), between(1, 4))
    mail = line(mark("Mail"), mail_address())
    one = choice(mark("One"), [("a", "A"), ("b", "B")])
    some = several(mark("Some"), [("a", "A"), ("b", "B")])
    people = rows(mark("People"), Row)


def filled(**values: Any) -> Sample:
    """The form with what somebody typed, in French."""
    typed: Any = MultiDict({"title": "Titre", "one": "a", "people-0-name": "x"} | values)
    return Sample(typed, meta={"language": "fr"})


def test_a_form_that_is_right_is_taken() -> None:
    form = filled(number="3", mail="a@b.example", some="b", text=" trois\r\nlignes ")
    assert form.validate(), form.errors
    assert form.text.data == "trois\nlignes"
    assert errors_summary(form) == []


@pytest.mark.parametrize(
    ("values", "target", "words"),
    [
        ({"title": "  "}, "title", "À remplir"),
        ({"title": "trop long"}, "title", "9 caractères, pour 5 au plus"),
        ({"text": "x"}, "text", "au moins 3"),
        ({"number": "douze"}, "number", "nombre entier"),
        ({"number": "9"}, "number", "de 1 à 4"),
        ({"mail": "nour"}, "mail", "adresse mail"),
        ({"one": "z"}, "one-0", "propositions"),
        ({"some": "z"}, "some-0", "propositions"),
        ({"people-0-name": ""}, "people-0-name", "À remplir"),
    ],
)
def test_every_rule_says_in_french_what_to_do(
    values: dict[str, str], target: str, words: str
) -> None:
    form = filled(**values)
    assert not form.validate()
    (error,) = errors_summary(form)
    assert error.target == target
    assert words in error.text


def test_a_refusal_of_our_own_joins_the_others() -> None:
    form = filled()
    assert form.validate()
    form.refuse("title", "Ce titre existe.")
    form.refuse("", "Rien ne va.")
    assert [(e.target, e.text) for e in errors_summary(form)] == [
        ("", "Rien ne va."),
        ("title", "Ce titre existe."),
    ]


@pytest.mark.parametrize(
    ("text", "right"),
    [("https://a.example/x", True), ("http://a.example", True), ("javascript:x", False),
     ("https://", False), ("https://a b", False), ("ftp://a.example", False), ("https://[", False)],
)  # fmt: skip
def test_web_addresses_are_recognised(text: str, right: bool) -> None:
    assert is_web_address(text) is right
