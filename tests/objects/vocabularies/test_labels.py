"""Concepts as pages name them, also when they are gone or were replaced."""

from objects.vocabularies.bundle import load_bundled, save
from objects.vocabularies.files import SchemeFile
from objects.vocabularies.labels import labels_of, successor
from objects.vocabularies.names import concept_page, concept_uri, notation_of
from storage.concepts import Concept, Scheme
from storage.store import Store

TOOLS = Scheme(name="tools", uri="https://greta.example/tools", labels={"fr": "Outils"})


def tool(number: str, label: str, replaced_by: str = "") -> Concept:
    """A concept of the scheme."""
    return Concept(
        uri=f"https://greta.example/tools/{number}",
        scheme="tools",
        notation=number,
        labels={"fr": label},
        replaced_by=replaced_by and f"https://greta.example/tools/{replaced_by}",
        deprecated=bool(replaced_by),
    )


async def test_labels_come_in_the_wanted_language_and_unknown_ones_are_still_readable(
    store: Store,
) -> None:
    await load_bundled(store, 1)
    theme, unknown = concept_uri("theme", "langues"), concept_uri("theme", "vol-a-voile")
    found = await store.query(
        lambda tx: labels_of(tx, [theme, unknown, "https://other.example/x", theme, ""], "en")
    )
    assert found == {
        theme: "Languages",
        unknown: "vol a voile",
        "https://other.example/x": "https://other.example/x",
    }


async def test_what_a_new_version_leaves_out_keeps_its_label_and_leaves_lists_and_suggestions(
    store: Store,
) -> None:
    first = SchemeFile(TOOLS, (tool("1", "Vrille"), tool("2", "Perceuse")))
    second = SchemeFile(TOOLS, (tool("2", "Perceuse"), tool("3", "Visseuse")))
    await store.write(lambda tx: save(tx, first, 1))
    await store.write(lambda tx: save(tx, second, 2))
    listed = await store.query(lambda tx: tx.concepts.of_scheme("tools"))
    assert [concept.notation for concept in listed] == ["2", "3"]
    gone = await store.query(lambda tx: tx.concepts.by_notation("tools", "1"))
    assert gone is not None
    assert gone.deprecated
    assert gone.label("fr") == "Vrille"
    assert not await store.query(lambda tx: tx.concepts.terms("fr", ["vrill"]))
    assert len(await store.query(lambda tx: tx.concepts.of_scheme("tools", deprecated=True))) == 3


async def test_a_replaced_concept_leads_to_the_last_of_its_successors(store: Store) -> None:
    chain = (tool("1", "Vrille", "2"), tool("2", "Perceuse", "3"), tool("3", "Visseuse"))
    circle = (tool("4", "A", "5"), tool("5", "B", "4"), tool("6", "C", "7"))
    await store.write(lambda tx: save(tx, SchemeFile(TOOLS, chain + circle), 1))
    last = await store.query(lambda tx: successor(tx, chain[0]))
    assert last == chain[2]
    assert await store.query(lambda tx: successor(tx, chain[2])) is None
    assert await store.query(lambda tx: successor(tx, circle[2])) is None
    assert await store.query(lambda tx: successor(tx, circle[0])) == circle[1]


def test_pages_and_notations_are_safe_in_addresses() -> None:
    assert concept_page(tool("2", "Perceuse")) == "/concepts/tools/2"
    assert notation_of("Salarié·es / agents") == "salarie-es-agents"
    assert concept_uri("rome", "K2111") == "https://communotic.normandie.fr/ns/rome/K2111"
