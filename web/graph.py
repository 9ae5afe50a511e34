"""`/graph.nt`: the node's public graph as a download, for whoever reuses what is published."""

from collections.abc import AsyncIterator
from typing import Any, Final

from quart import Blueprint, Response

from actors.documents import actor_document
from actors.identifiers import Identifiers
from federation.linked_data import N_TRIPLES, graph_stream
from objects.documents import object_document
from storage.records import ActorRecord, KeyRecord, ObjectRecord
from storage.store import Store, Tx

BATCH: Final = 100


async def public_documents(store: Store, identifiers: Identifiers) -> AsyncIterator[dict[str, Any]]:
    """The node's actors, then its public objects, oldest first; a hundred rows in memory."""

    async def actors(tx: Tx) -> list[tuple[ActorRecord, list[KeyRecord]]]:
        found = await tx.actors.all_local()
        return [(a, await tx.actors.keys(a.id)) for a in found if a.state == "active"]

    for actor, keys in await store.query(actors):
        yield actor_document(actor, keys, identifiers)
    after = 0
    while True:
        batch = await _objects(store, after)
        for record in batch:
            yield object_document(record, identifiers)
        if len(batch) < BATCH:
            return
        after = batch[-1].id


async def _objects(store: Store, after: int) -> list[ObjectRecord]:
    return await store.query(lambda tx: tx.objects.local_public(after=after, limit=BATCH))


def graph_routes(store: Store, identifiers: Identifiers) -> Blueprint:
    """One address, streamed."""
    blueprint = Blueprint("graph", __name__)

    @blueprint.get("/graph.nt")
    async def graph() -> Response:
        response = Response(
            graph_stream(public_documents(store, identifiers)), content_type=N_TRIPLES
        )
        response.timeout = None
        response.headers["Content-Disposition"] = f'attachment; filename="{identifiers.host}.nt"'
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return blueprint
