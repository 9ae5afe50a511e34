"""Reading pages as a visitor does, and experiences to read."""

from dataclasses import replace
from typing import Any

from html5lib import HTMLParser
from quart.testing import QuartClient
from quart.wrappers import Response

from objects.experiences.fields import Contributor, Experience, Indicator, Means, Partner, Tool
from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.names import concept_uri
from outbox.acts.experiences import publish_experience
from storage.records import ObjectRecord
from tests.support.fediverse import LocalNode

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

WHOLE = Experience(
    title="Réparer plutôt que jeter",
    summary="Un atelier de réparation où l’on apprend à lire des notices.",
    context="Les notices restaient **dans leur carton**.",
    publics=(concept_uri("public", "demandeurs-emploi"),),
    public_number=13,
    public_details="Aucun prérequis.",
    objectives=("Lire une notice", "Réparer une lampe"),
    modalities=(concept_uri("modality", "presentiel"),),
    approach="1. Ouvrir\n2. Chercher la panne\n3. Fermer",
    tools=(Tool("Moodle", "https://moodle.example/"), Tool("Tournevis")),
    duration="P3D",
    starts="2026-03-02",
    ends="2026-03-04",
    rhythm="une journée par semaine",
    means=(Means("Formatrice", 12.0),),
    cost_from=400,
    cost_to=800,
    funder="Région Normandie",
    results="Neuf sur dix lisent seuls.",
    indicators=(Indicator("Abandons", "22 %", "9 %", "Suivi interne"),),
    caveats="Prévoir des pièces.",
    success_factors="Un petit groupe.",
    transferability=3,
    transferability_conditions="Un lieu calme.",
    next_steps="Recommencer au printemps.",
    accessibility="Notices en gros caractères.",
    partners=(Partner("Ressourcerie", "https://ressourcerie.example/"),),
    territory="61214",
    territory_name="L’Aigle",
    contact="formation@greta.example",
    maturity=concept_uri("maturity", "eprouvee"),
    themes=(concept_uri("theme", "transition-ecologique"),),
)


async def publish(
    node: LocalNode, username: str = "nour", *, media_ids: tuple[int, ...] = (), **changes: Any
) -> ObjectRecord:
    """An experience with every field, or with other values in some."""
    author = await node.person(username)
    greta = await node.person("greta")
    written = replace(WHOLE, **{"carried_by": greta.url, **changes})
    return await publish_experience(node.outbox, author, written, media_ids=media_ids)


async def with_concepts(node: LocalNode) -> None:
    """The node knows the vocabularies that come with it; most tests do without."""
    await load_bundled(node.store, node.clock.ms)


async def with_coauthor(node: LocalNode, username: str) -> tuple[Contributor, ...]:
    """Somebody of this node as the second author."""
    return (Contributor((await node.person(username)).url, concept_uri("role", "relit")),)


async def get(
    node: LocalNode, path: str, language: str = "fr", client: QuartClient | None = None
) -> Response:
    """The answer to a browser."""
    browser: Any = client or node.app.test_client()
    answer: Response = await browser.get(path, headers=PERSON | {"Accept-Language": language})
    return answer


async def page(
    node: LocalNode, path: str, language: str = "fr", client: QuartClient | None = None
) -> str:
    """A page as text; it must be there, and be valid HTML."""
    answer = await get(node, path, language, client)
    assert answer.status_code == 200, path
    assert answer.content_type == "text/html; charset=utf-8"
    text = await answer.get_data(as_text=True)
    assert_valid(text)
    return text


def assert_valid(text: str) -> None:
    """No error of the HTML standard's parser."""
    parser = HTMLParser(strict=False)
    parser.parse(text)
    lines = text.splitlines()
    wrong = [(code, lines[place[0] - 1][:200]) for place, code, _ in parser.errors]
    assert wrong == []


def path_of(url: str) -> str:
    """The path of one of the node's URLs."""
    return "/" + url.split("/", 3)[3]
