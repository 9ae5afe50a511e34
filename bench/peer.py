"""The same load against another server, as far as it has the same doors."""

from urllib.parse import urlsplit

import orjson

from bench.cast import many, signed_notes
from bench.measures.publish import note_request
from bench.results import Row
from bench.stage import Stage
from bench.wire import Load, plain_request, run_load
from federation.vocabulary import ACTIVITY_JSON

NOTES = 1_000
POSTS = 200
READS = 2_000
WRITERS = 20


async def measure_peer(url: str, token: str, account: str) -> list[Row]:
    """Inbox and actor document; with a token and an account, publishing through C2S.

    The peer must reach loopback addresses over plain HTTP, or it cannot verify our writers.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    stage = Stage()
    await stage.open()
    try:
        rows = [await _inbox(url, host, port, stage)]
    finally:
        await stage.close()
    authority = parts.netloc
    if account:
        get = plain_request("GET", f"/users/{account}", authority, {"Accept": ACTIVITY_JSON})
        read = await run_load(host, port, [get] * READS, 8)
        rows.append(_row("peer: actor document", read))
    if account and token:
        posts = [note_request(authority, account, token, number) for number in range(POSTS)]
        rows.append(_row("peer: publish through C2S", await run_load(host, port, posts, 8)))
    return rows


async def _inbox(url: str, host: str, port: int, stage: Stage) -> Row:
    writers = list(many([stage.host(200 + n) for n in range(WRITERS)], "auteur", WRITERS))
    for person in writers:
        path = f"{person.host.partition(':')[0]}/users/{person.username}"
        stage.documents[path] = orjson.dumps(person.document())
    inbox = f"{url.rstrip('/')}/inbox"
    await run_load(host, port, signed_notes(writers, inbox, WRITERS), 4)
    requests = signed_notes(writers, inbox, NOTES)
    return _row("peer: inbox answers", await run_load(host, port, requests, 32))


def _row(name: str, load: Load) -> Row:
    statuses = ", ".join(f"{number}× {status}" for status, number in load.statuses.items())
    p99 = [load.milliseconds(0.99)]
    return Row(name, "/s", [load.rate], "more", p99_ms=p99, note=statuses)
