"""`/health`: whether this process answers and its database does, for monitors."""

import orjson
from quart import Blueprint, Response

from node.services import Services
from storage.ports import StorageError


def health_routes(services: Services) -> Blueprint:
    """`GET /health`: 200 with `{"status": "ok"}`, 503 when the database does not answer."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    async def health() -> Response:
        try:
            await services.store.query(lambda tx: tx.ledger.fact("schema"))
        except StorageError:
            return Response('{"status":"database"}', 503, content_type="application/json")
        return Response(orjson.dumps({"status": "ok"}), content_type="application/json")

    return blueprint
