"""Members read no word that only technicians know."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from web.texts import CATALOGUES

TEMPLATES = CATALOGUES.parent / "templates"
FORBIDDEN = re.compile(
    r"\b(activitypub|acteurs?|actors?|announces?|api|boosts?|endpoints?|fédération|fediverse|"
    r"fédivers|federat\w+|fédér\w+|hash|https?|inbox|instances?|json(?:-ld)?|jetons?|nodes?|"
    r"nœuds?|oauth|outbox|payload|pouets?|rdf|servers?|serveurs?|skos|tokens?|toots?|uris?|"
    r"urls?|webfinger|webhooks?)\b",
    re.IGNORECASE,
)
# Public pages speak to people of other sites and of data; those who administer know more words.
READ_BY_MEMBERS = (
    "base", "lists", "mails", "projects", "projects_belonging", "projects_drafts",
    "projects_journal", "projects_keeping", "sign_in", "workspace", "writing",
)  # fmt: skip
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}")
TAG = re.compile(r"<[^<>]*>|&\w+;|[\w-]+=\"[^\"]*\"")
JINJA = Environment(autoescape=True)
ADDRESS = re.compile(r"https?://\S+")


def files() -> list[Path]:
    """The catalogues of members' pages."""
    found = (CATALOGUES / "fr" / f"{name}.po" for name in READ_BY_MEMBERS)
    return [file for file in found if file.exists()]


def technical(text: str) -> list[str]:
    """The forbidden words in a text for people."""
    return [match[0] for match in FORBIDDEN.finditer(ADDRESS.sub(" ", PLACEHOLDER.sub(" ", text)))]


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_no_text_is_technical_in_either_language(file: Path) -> None:
    with file.open("rb") as source:
        messages = [message for message in read_po(source, locale="fr") if message.id]
    assert messages
    wrong = []
    for message in messages:
        for value in (message.id, message.string):
            for text in (value,) if isinstance(value, str) else value or ():
                wrong += [(text, word) for word in technical(text)]
    assert wrong == []


@pytest.mark.parametrize(
    "template", sorted((TEMPLATES / "workspace").rglob("*.html")), ids=lambda file: file.name
)
def test_no_template_holds_words_beside_the_catalogues(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    source = re.sub(r"{% block width %}.*?{% endblock %}", "", source)
    bare = "".join(value if kind == "data" else "" for _, kind, value in JINJA.lex(source))
    assert re.findall(r"[A-Za-zÀ-ÿ]{3,}", TAG.sub(" ", bare)) == []


@pytest.mark.parametrize("word", ["your inbox", "le fédivers", "Token", "un serveur", "the URL"])
def test_a_technical_word_is_found(word: str) -> None:
    assert technical(word) != []
    assert technical("Votre site reçoit vos expériences.") == []
