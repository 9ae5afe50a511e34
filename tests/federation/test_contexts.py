"""The context of what we publish: short for ordinary posts, whole for events and projects."""

import pytest

from federation.vocabulary import CONTEXT, context_of

EVENT = {"type": "Event", "name": "Atelier"}


@pytest.mark.parametrize(
    "document",
    [
        EVENT,
        {"type": "Create", "object": EVENT},
        {"type": "Announce", "object": {"type": "Update", "object": EVENT}},
        {"type": "Update", "object": {"type": ["Group"], "name": "RVA"}},
    ],
)
def test_events_and_projects_have_every_term(document: dict[str, object]) -> None:
    assert context_of(document) == CONTEXT


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Create", "object": {"type": "Note", "content": "Bonjour"}},
        {"type": "Like", "object": "https://a.example/objects/1"},
        {"type": ["Note"], "content": "Bonjour"},
    ],
)
def test_ordinary_posts_name_no_term_of_events(document: dict[str, object]) -> None:
    *_, inline = context_of(document)
    assert "eventStatus" not in inline
    assert "sensitive" in inline


@pytest.mark.parametrize("odd", [{}, [{}, None], 7, [["Event"]]])
def test_an_odd_type_asks_for_no_more_than_the_ordinary_terms(odd: object) -> None:
    document = {"type": "Note", "object": {"type": odd}}
    assert context_of(document) == context_of({"type": "Note"})
