"""`/projects/ID/experiences`: what came of a project."""

from quart import Blueprint, Response

from objects.experiences.reading import StoredExperience, concepts_of, load_many
from storage.concepts import Concept
from storage.store import Tx
from web.context import WebContext
from web.projects.desk import TABS, space


def add_experience_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The list, as far as its reader may see it."""

    @blueprint.get("/projects/<int:number>/experiences")
    async def project_experiences(number: int) -> Response:
        found = await space(context, number)
        viewer = found.viewer

        async def look(tx: Tx) -> tuple[list[StoredExperience], dict[str, Concept]]:
            ids = await tx.experiences.of_project(found.group.url, found.viewer_id)
            listed = list((await load_many(tx, ids, viewer)).values())
            return listed, dict(await concepts_of(tx, [one.experience for one in listed]))

        listed, concepts = await context.store.query(look)
        return await context.renderer.public(
            "projects/experiences.html",
            index=False,
            space=found,
            tabs=TABS,
            experiences=listed,
            concepts=concepts,
        )
