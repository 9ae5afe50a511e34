"""What those are told whom an experience names: that they are co-authors, or were built upon."""

from collections.abc import Collection

from objects.experiences.fields import Experience
from storage.store import Tx


async def notice_kinds(tx: Tx, experience: Experience, people: Collection[int]) -> dict[int, str]:
    """`coauthor` or `reuse` for those of these local actors whom it concerns in that way."""
    if not people or not (experience.contributors or experience.adapted_from):
        return {}
    named = await tx.actors.by_ids(sorted(people))
    coauthors = {other.url for other in experience.contributors}
    built_upon: set[str] = set()
    if experience.adapted_from:
        line = await tx.experiences.ancestors(experience.adapted_from)
        built_upon = set(await tx.experiences.authors_of(line))
    kinds = {number: "reuse" for number, actor in named.items() if actor.url in built_upon}
    return kinds | {number: "coauthor" for number, actor in named.items() if actor.url in coauthors}
