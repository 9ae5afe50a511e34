"""What a POST to an inbox is answered, whoever carries the answer."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from actors.problems import PROBLEM_JSON, problem
from federation.errors import Refused
from inbox.door import Delivery, Door
from storage.ports import Busy

log = logging.getLogger(__name__)

UNAVAILABLE_SECONDS: Final = 60
# The length spares an empty body in chunks.
_NOTHING: Final = {"Content-Length": "0"}


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and body of an answer."""

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    body: bytes = b""


async def reply_to(door: Door, delivery: Delivery) -> Reply:
    """Let a delivery in, or say why not: every outcome of the door is an answer."""
    try:
        await door.deliver(delivery)
    except Refused as refused:
        return Reply() if refused.status == 202 else refusal(refused)
    except Busy as error:
        log.warning("a delivery found the database busy: %s", error)
        return refusal(Refused(503, "busy", "The node is busy; try again in a moment."))
    except Exception:
        log.exception("a delivery failed")
        detail = "Something went wrong here; the administrator's log says what."
        return refusal(Refused(500, "internal", detail))
    return Reply()


def refusal(refused: Refused, challenge: str = "Signature") -> Reply:
    """The problem document for a refusal; `challenge` is how a 401 asks to authenticate."""
    body = orjson.dumps(problem(refused))
    headers = {"Content-Type": PROBLEM_JSON, "Content-Length": str(len(body))}
    if refused.status == 401:
        headers["WWW-Authenticate"] = challenge
    if refused.status in (429, 503):
        headers["Retry-After"] = str(getattr(refused, "retry_after", UNAVAILABLE_SECONDS))
    return Reply(refused.status, headers, body)
