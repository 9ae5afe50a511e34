"""`/health`: whether this process answers and its database does, for monitors."""

from typing import Final

from quart import Blueprint, Response

from node.services import Services
from storage.ports import StorageError

PLAIN: Final = "text/plain; charset=utf-8"


def health_routes(services: Services) -> Blueprint:
    """`GET /health`: 200 and `OK`, as apps know it; 503 when the database does not answer."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    async def health() -> Response:
        try:
            await services.store.query(lambda tx: tx.ledger.fact("schema"))
        except StorageError:
            return Response("database", 503, content_type=PLAIN)
        return Response("OK", content_type=PLAIN)

    return blueprint
