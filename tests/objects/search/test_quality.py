"""Search quality on 320 made-up experiences: what should be found, judged by how they were made.

The truth is the situation, subject and place that an experience was made from, not its words.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import pytest

from node.demo_experiences import Made
from objects.search.find import Found, Query, find
from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.names import concept_uri
from storage.migrate import migrate
from storage.store import Store, open_store
from tests.support.databases import PostgresServer, in_a_loop_of_its_own
from tests.support.experiences import NOW, fill_library

NUMBER = 320
Truth = Callable[[Made], bool]


def situation(*keys: str) -> Truth:
    return lambda made: made.situation in keys


def subject(*keys: str) -> Truth:
    return lambda made: made.subject in keys


def place(*names: str) -> Truth:
    return lambda made: made.place in names


def themed(notation: str) -> Truth:
    uri = concept_uri("theme", notation)
    return lambda made: uri in made.experience.themes


def public(notation: str) -> Truth:
    uri = concept_uri("public", notation)
    return lambda made: uri in made.experience.publics


def both(one: Truth, other: Truth) -> Truth:
    return lambda made: one(made) and other(made)


def either(*truths: Truth) -> Truth:
    return lambda made: any(truth(made) for truth in truths)


def tool(name: str) -> Truth:
    return lambda made: any(name in each.name for each in made.experience.tools)


@dataclass(frozen=True)
class Case:
    """A query, what it should find, and how much worse than perfect it may be."""

    text: str
    truth: Truth
    recall: float = 0.95
    precision: float = 0.9


CASES = [
    # plain
    Case("soudure", subject("soudure")),
    Case("maçonnerie", subject("batiment")),
    Case("élevage laitier", subject("elevage")),
    Case("radioprotection", subject("nucleaire")),
    Case("boulangerie", subject("boulangerie")),
    Case("réalité virtuelle", themed("realite-virtuelle")),
    Case("jeu d’évasion", either(themed("jeux-serieux"))),
    Case("podcast", themed("audio-et-podcast")),
    Case("illettrisme", either(themed("illettrisme"), public("savoirs-de-base"))),
    Case("tiers-lieu", either(themed("tiers-lieux"), situation("tiers-lieu"))),
    Case("AFEST", either(themed("afest"), situation("afest"))),
    Case("petite enfance", subject("petite-enfance")),
    Case("théâtre", either(themed("arts-et-culture"), tool("théâtre"))),
    # without accents, other case
    Case("maconnerie", subject("batiment")),
    Case("ELEVAGE", subject("elevage")),
    Case("realite virtuelle", themed("realite-virtuelle")),
    Case("electricite", subject("electricite")),
    Case("Menuiserie", subject("bois")),
    # plurals and singulars
    Case("casques de réalité virtuelle", situation("realite-virtuelle"), recall=0.8),
    Case("podcasts", themed("audio-et-podcast")),
    Case("simulateurs de conduite", situation("simulateur"), recall=0.3, precision=0.7),
    Case("personnes allophones", public("allophones"), precision=0.5),
    Case("serres du lycée agricole", subject("maraichage"), recall=0.3),
    Case("badge numérique", themed("reconnaissance-des-competences")),
    # typing errors
    Case("illetrisme", either(themed("illettrisme"), public("savoirs-de-base"))),
    Case("radioprotecion", subject("nucleaire")),
    Case("boulangeire", subject("boulangerie")),
    Case("menuisserie", subject("bois")),
    Case("realité virtuele", themed("realite-virtuelle")),
    Case("maraichaje", subject("maraichage")),
    Case("alophones", public("allophones"), precision=0.5),
    Case("podcaste", themed("audio-et-podcast")),
    # synonyms that the texts do not use
    Case("VR", themed("realite-virtuelle")),
    Case("LMS", themed("plateformes")),
    Case("chômeurs", public("demandeurs-emploi")),
    Case("détenus", public("sous-main-de-justice")),
    Case("FLE", either(public("allophones"), themed("langues"))),
    Case("ChatGPT", themed("intelligence-artificielle")),
    Case("escape game", themed("jeux-serieux")),
    Case("open badges", themed("reconnaissance-des-competences")),
    # phrases and exclusions
    Case('"classe virtuelle"', themed("classe-virtuelle")),
    Case('"aide à domicile"', subject("aide-domicile")),
    Case("soudure -Caen", both(subject("soudure"), lambda made: made.place != "Caen")),
    # two subjects at once
    Case("réalité virtuelle maçonnerie", both(themed("realite-virtuelle"), subject("batiment"))),
    Case("podcast soudure", both(themed("audio-et-podcast"), subject("soudure"))),
    Case("vidéo maintenance", both(themed("video-pedagogique"), subject("maintenance"))),
    Case("illettrisme propreté", both(themed("illettrisme"), subject("proprete"))),
    Case("handicap espaces verts", both(
        either(public("situation-de-handicap"), themed("accessibilite")),
        subject("espaces-verts"))),
    # places
    Case("Cherbourg", place("Cherbourg-en-Cotentin")),
    Case("le havre", place("Le Havre")),
    Case("saint lo", place("Saint-Lô")),
    Case("alencon", place("Alençon")),
    Case("maraîchage Manche", both(subject("maraichage"), lambda made: made.experience.territory[:2]
                                == "50")),
    # tools
    Case("Moodle", either(tool("Moodle"), themed("plateformes")), precision=0.8),
    Case("autolaveuse", tool("autolaveuse")),
    # beginnings
    Case("radioprot", subject("nucleaire")),
    Case("maraîch", subject("maraichage")),
]  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def library(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[int, Made]]]:
    """A database with the bundled vocabularies and the made-up experiences, filled once."""
    truth: dict[int, Made] = {}

    async def fill(url: str) -> None:
        store = await open_store(url)
        await migrate(store)
        await load_bundled(store, NOW)
        truth.update(await fill_library(store, NUMBER))
        await store.close()

    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("library")
        url = f"sqlite://{folder}/library.db"
        in_a_loop_of_its_own(fill(url))
        yield url, truth
        shutil.rmtree(folder)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    in_a_loop_of_its_own(server.run("create database library"))
    in_a_loop_of_its_own(fill(server.uri("library")))
    yield server.uri("library"), truth
    in_a_loop_of_its_own(server.run("drop database library with (force)"))


@pytest.fixture
async def shelves(library: tuple[str, dict[int, Made]]) -> AsyncIterator[Store]:
    opened = await open_store(library[0])
    yield opened
    await opened.close()


async def ask(store: Store, text: str) -> Found:
    query = Query(text=text, limit=NUMBER)
    return await store.query(lambda tx: find(tx, query))


def judged(found: Found, expected: set[int]) -> tuple[float, float]:
    """Recall over everything; precision of as many first hits as are expected, ten at most."""
    hits = set(found.ids)
    first = found.ids[: min(len(expected), 10)]
    recall = len(hits & expected) / len(expected)
    return recall, len(expected.intersection(first)) / max(len(first), 1)


@pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])
async def test_a_query_finds_what_it_means(
    shelves: Store, library: tuple[str, dict[int, Made]], case: Case
) -> None:
    expected = {number for number, made in library[1].items() if case.truth(made)}
    assert expected, "no made-up experience fits: the case says nothing"
    found = await ask(shelves, case.text)
    recall, precision = judged(found, expected)
    assert not found.partial
    assert recall >= case.recall, [library[1][i].experience.title for i in expected - {*found.ids}]
    assert precision >= case.precision, [library[1][i].experience.title for i in found.ids[:10]]


async def test_all_queries_together_find_nearly_everything_and_little_else(
    shelves: Store, library: tuple[str, dict[int, Made]]
) -> None:
    recalls, precisions, shares = [], [], []
    for case in CASES:
        expected = {number for number, made in library[1].items() if case.truth(made)}
        found = await ask(shelves, case.text)
        recall, precision = judged(found, expected)
        recalls.append(recall)
        precisions.append(precision)
        shares.append(len(expected.intersection(found.ids)) / max(found.total, 1))
    assert mean(recalls) >= 0.95
    assert mean(precisions) >= 0.95
    assert mean(shares) >= 0.85


async def test_the_library_is_varied(library: tuple[str, dict[int, Made]]) -> None:
    made = list(library[1].values())
    assert len({each.experience.title for each in made}) > 0.9 * NUMBER
    assert len({each.experience.context for each in made}) > 0.9 * NUMBER
    assert len({each.situation for each in made}) > 20
    assert len({each.subject for each in made}) > 25


@pytest.mark.parametrize("text", ["xylophone baroque", "zzzz", "quantique"])
async def test_nothing_is_made_up_for_words_that_mean_something_else(
    shelves: Store, library: tuple[str, dict[int, Made]], text: str
) -> None:
    found = await ask(shelves, text)
    assert found.total == 0
    assert [s for s in found.suggestions if s.kind == "popular"]
