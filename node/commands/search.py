"""`reindex`: the index of the search."""

import typer

from node.commands.shared import with_node
from node.services import Services
from objects.search.upkeep import reindex as reindex_all


def reindex() -> None:
    """Index every experience anew.

    The node does it by itself within an hour of an upgrade, and after vocabularies changed.
    """

    async def work(services: Services) -> int:
        return await reindex_all(services.store)

    typer.echo(f"{with_node(work)} experiences are indexed.")
