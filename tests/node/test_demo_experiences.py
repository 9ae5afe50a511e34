"""The made-up experiences: valid, varied, the same every time, about places that exist."""

import re
from itertools import islice

from node.demo_experiences import experiences
from objects.experiences.checking import check
from objects.experiences.fields import from_json, to_json
from objects.search.territories import facet_values
from objects.vocabularies.bundle import load_bundled
from storage.store import Store
from tests.support.experiences import NOW

NUMBER = 320


def test_each_of_them_could_be_published() -> None:
    for made in experiences(NUMBER):
        assert check(made.experience) == [], made.experience.title
        assert from_json(to_json(made.experience)) == made.experience


def test_the_same_seed_tells_the_same_and_another_seed_something_else() -> None:
    one, again = list(experiences(50)), list(experiences(50))
    assert one == again
    assert [made.experience for made in experiences(50, seed=1)] != [m.experience for m in one]


def test_a_longer_library_begins_like_a_shorter_one() -> None:
    assert list(islice(experiences(5_000), 20)) == list(experiences(20))


def test_no_sentence_was_left_unfilled() -> None:
    for made in experiences(NUMBER):
        text = to_json(made.experience)
        assert not re.search(r"\{(?:at|in_|of|we|n|small|few|name|place|people)\}", text)
        assert " %" not in made.experience.results


def test_every_place_is_in_normandy() -> None:
    assert {facet_values(made.experience.territory)[1] for made in experiences(NUMBER)} == {"R28"}


async def test_every_concept_is_in_the_bundled_vocabularies(sqlite_store: Store) -> None:
    await load_bundled(sqlite_store, NOW)
    named = {
        uri
        for made in experiences(NUMBER)
        for uri in (
            *made.experience.themes,
            *made.experience.publics,
            *made.experience.modalities,
            made.experience.maturity,
        )
    }
    found = await sqlite_store.query(lambda tx: tx.concepts.by_uris(named))
    assert named == found.keys()


def test_titles_are_good_french_whatever_the_subject() -> None:
    wrong = re.compile(r"(?:préparer|réviser|revoir|pour) en |(?:racontent|, et|minutes pour) \w+$")
    assert [
        made.experience.title for made in experiences(1_000) if wrong.search(made.experience.title)
    ] == []
