"""Vocabularies for visitors: the themes, each scheme, each concept with its experiences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from quart import Blueprint, Response, request

from actors.problems import not_found
from objects.experiences.reading import StoredExperience, load_many
from objects.search.find import Query, find
from objects.vocabularies.labels import successor
from objects.vocabularies.names import (
    DIGCOMP,
    MATURITY,
    MODALITY,
    OURS,
    PUBLIC,
    ROLE,
    THEME,
    concept_page,
)
from objects.vocabularies.suggest import named
from storage.concepts import Concept, Scheme
from storage.records import ActorRecord
from storage.search import Selection
from storage.store import Tx
from web.context import WebContext
from web.public.vocabulary_files import MAX_DOWNLOAD, VocabularyFiles, file_names
from web.rendering import redirect

ALL_AT_ONCE: Final = 200
PAGE: Final = 100
EXPERIENCES: Final = 10
FOUND: Final = 50
FACETS: Final[Mapping[str, str]] = {
    PUBLIC: "public", MODALITY: "modality", MATURITY: "maturity"
}  # fmt: skip
"""Scheme → the facet of the list of experiences; every other scheme stands under `theme`."""


@dataclass(frozen=True, slots=True)
class SchemeView:
    """A scheme in the list of all: how many concepts it has, and which files can be had."""

    scheme: Scheme
    size: int

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Name of a format → address of the file; none when the scheme is too large."""
        return file_names(f"/vocabularies/{self.scheme.name}") if self.size <= MAX_DOWNLOAD else ()


def facet_of(scheme: str) -> str:
    """The facet under which the concepts of a scheme narrow the list; none for roles."""
    return "" if scheme == ROLE else FACETS.get(scheme, "theme")


def list_address(concept: Concept, suffix: str = "") -> str:
    """The list of the experiences with a concept; `.atom` or `.rss` for its feed."""
    facet = facet_of(concept.scheme)
    return f"/experiences{suffix}?{urlencode({facet: concept.uri})}" if facet else ""


def add_concept_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/vocabularies`, `/vocabularies/NAME` with their files, `/concepts/SCHEME/NOTATION`."""
    pages, files = _Pages(context), VocabularyFiles(context.store)

    @blueprint.get("/vocabularies")
    async def vocabularies() -> Response:
        return await pages.schemes()

    @blueprint.get("/vocabularies.<any(ttl, rdf, jsonld):suffix>")
    async def all_as_file(suffix: str) -> Response:
        return await files.answer("", suffix)

    @blueprint.get("/vocabularies/<name>")
    async def vocabulary(name: str) -> Response:
        return await pages.scheme(name)

    @blueprint.get("/vocabularies/<name>.<any(ttl, rdf, jsonld):suffix>")
    async def as_file(name: str, suffix: str) -> Response:
        return await files.answer(name, suffix)

    @blueprint.get("/concepts/<scheme>/<notation>")
    async def concept(scheme: str, notation: str) -> Response:
        return await pages.concept(scheme, notation)

    # Where the URIs of our concepts lead, on the node that serves their domain.
    @blueprint.get("/ns/<scheme>")
    async def scheme_uri(scheme: str) -> Response:
        return redirect(f"/vocabularies/{scheme}")

    @blueprint.get("/ns/<scheme>/<notation>")
    async def concept_uri(scheme: str, notation: str) -> Response:
        return redirect(f"/concepts/{scheme}/{notation}")


@dataclass(frozen=True, slots=True)
class _Pages:
    context: WebContext

    async def _viewer(self) -> ActorRecord | None:
        signed = await self.context.sessions.current()
        return None if signed is None else signed.actor

    async def schemes(self) -> Response:
        """Every scheme; the themes themselves, with the number of their experiences."""
        viewer = await self._viewer()

        async def operation(
            tx: Tx,
        ) -> tuple[list[Scheme], dict[str, int], list[Concept], dict[str, int]]:
            return (
                await tx.concepts.schemes(),
                await tx.concepts.counts(),
                await tx.concepts.of_scheme(THEME),
                await _numbers(tx, viewer),
            )

        schemes, sizes, themes, numbers = await self.context.store.query(operation)
        return await self.context.renderer.public(
            "public/concepts/vocabularies.html",
            schemes=[
                SchemeView(scheme, sizes.get(scheme.name, 0))
                for scheme in sorted(schemes, key=_place)
            ],
            themes=themes,
            numbers=numbers,
            concept_page=concept_page,
            files=file_names("/vocabularies"),
            canonical=self.context.settings.origin + "/vocabularies",
        )

    async def scheme(self, name: str) -> Response:
        """A scheme: all of a small one, the top of a large one, or what is searched for in it."""
        query, offset = request.args.get("q", "").strip()[:200], _offset()
        language, viewer = await self.context.renderer.language(), await self._viewer()

        async def operation(
            tx: Tx,
        ) -> tuple[Scheme | None, int, list[Concept], dict[str, int]]:
            scheme = await tx.concepts.scheme(name)
            size = (await tx.concepts.counts()).get(name, 0)
            found = await _listed(tx, name, size, query, language, offset)
            return scheme, size, found, await _numbers(tx, viewer)

        scheme, size, concepts, numbers = await self.context.store.query(operation)
        if scheme is None:
            raise not_found("vocabulary")
        return await self.context.renderer.public(
            "public/concepts/vocabulary.html",
            view=SchemeView(scheme, size),
            entries=concepts[:PAGE] if size > ALL_AT_ONCE else concepts,
            large=size > ALL_AT_ONCE,
            numbers=numbers,
            query=query,
            following=offset + PAGE if size > ALL_AT_ONCE and len(concepts) > PAGE else None,
            concept_page=concept_page,
            unofficial=name == DIGCOMP and language == "fr",
            canonical=f"{self.context.settings.origin}/vocabularies/{scheme.name}",
            index=not query and not offset,
        )

    async def concept(self, scheme: str, notation: str) -> Response:
        """A concept: what it means, what stands around it, its experiences and their feed."""
        viewer = await self._viewer()

        async def operation(tx: Tx) -> "_Around | None":
            found = await tx.concepts.by_notation(scheme, notation)
            return None if found is None else await _around(tx, found, viewer)

        around = await self.context.store.query(operation)
        if around is None:
            raise not_found("concept")
        return await self.context.renderer.public(
            "public/concepts/concept.html",
            around=around,
            concept=around.concept,
            concept_page=concept_page,
            all_of_them=list_address(around.concept),
            feed=list_address(around.concept, ".atom"),
            unofficial=scheme == DIGCOMP,
            canonical=self.context.settings.origin + concept_page(around.concept),
        )


@dataclass(frozen=True, slots=True)
class _Around:
    """A concept with everything that its page shows."""

    concept: Concept
    scheme: Scheme | None
    above: tuple[Concept, ...]
    below: tuple[Concept, ...]
    successor: Concept | None
    total: int
    experiences: tuple[StoredExperience, ...]


async def _around(tx: Tx, concept: Concept, viewer: ActorRecord | None) -> _Around:
    facet = facet_of(concept.scheme)
    total, shown = 0, dict[int, StoredExperience]()
    if facet:
        query = Query(
            facets={facet: (concept.uri,)},
            viewer=viewer,
            scope="here",
            sort="newest",
            limit=EXPERIENCES,
            counted=False,
        )
        found = await find(tx, query)
        total, shown = found.total, await load_many(tx, found.ids, viewer)
    return _Around(
        concept,
        await tx.concepts.scheme(concept.scheme),
        tuple((await tx.concepts.by_uris([concept.broader])).values()),
        tuple(await tx.concepts.narrower(concept.uri)),
        await successor(tx, concept),
        total,
        tuple(shown.values()),
    )


async def _listed(
    tx: Tx, name: str, size: int, query: str, language: str, offset: int
) -> list[Concept]:
    if query:
        found = await named(tx, query, language, (name,), FOUND)
        return found or await named(tx, query, "fr", (name,), FOUND)
    if size <= ALL_AT_ONCE:
        return await tx.concepts.of_scheme(name)
    top = await tx.concepts.top(name)
    if len(top) <= ALL_AT_ONCE:
        return top
    return await tx.concepts.of_scheme(name, offset=offset, limit=PAGE + 1)


async def _numbers(tx: Tx, viewer: ActorRecord | None) -> dict[str, int]:
    """Concept → how many experiences here that the viewer may see have it; two queries."""
    selection = Selection(facets={}, viewer_id=viewer.id if viewer is not None else 0)
    ids = [hit.id for hit in await tx.search.hits(selection)]
    if not ids:
        return {}
    return {value: number for _, value, number in await tx.search.facet_counts(ids, {})}


def _place(scheme: Scheme) -> tuple[int, str]:
    """Ours first, in their order."""
    return (OURS.index(scheme.name) if scheme.name in OURS else len(OURS), scheme.name)


def _offset() -> int:
    text = request.args.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
