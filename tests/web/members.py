"""What members do in the tests of their pages."""

from typing import Any

from quart.testing import QuartClient

from objects.experiences.fields import Experience
from objects.vocabularies.names import concept_uri
from outbox.acts.experiences import publish_experience
from storage.records import ActorRecord, ObjectRecord
from tests.support.fediverse import LocalNode


async def page_of(client: QuartClient, path: str, language: str = "fr") -> str:
    """A page, as a browser with this language sees it. AssertionError unless it is there."""
    answer = await client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    text: str = await answer.get_data(as_text=True)
    assert answer.status_code == 200, (path, answer.status_code, text[:500])
    return text


async def actor_of(node: LocalNode, username: str) -> ActorRecord:
    """Somebody here, as they are now; made on first mention."""
    await node.person(username)
    found = await node.store.query(lambda tx: tx.actors.local(username))
    assert found is not None
    return found


async def share_experience(
    node: LocalNode, username: str, *, modality: str = "presentiel", **fields: Any
) -> ObjectRecord:
    """Publish an experience; the workers do what follows."""
    values: dict[str, Any] = {
        "title": "Une expérience",
        "summary": "En bref.",
        "context": "Le besoin.",
        "publics": (concept_uri("public", "salaries"),),
        "objectives": ("Apprendre",),
        "modalities": (concept_uri("modality", modality),),
        "approach": "Le déroulé.",
        "results": "Les résultats.",
        "no_caveats": True,
        "maturity": concept_uri("maturity", "eprouvee"),
    }
    author = await actor_of(node, username)
    published = await publish_experience(node.outbox, author, Experience(**values | fields))
    await settle(node)
    return published


async def settle(node: LocalNode) -> None:
    """Let what was published reach the people of this node."""
    for worker in (node.services.fanout_worker, node.services.inbox_worker):
        while await worker.run_once():
            pass
