"""A home timeline as apps read it: twenty posts with pictures, mentions and hashtags."""

import time
from typing import Any, Final

import orjson

from bench.cast import Writer
from bench.node import HOST, Place
from bench.results import Row
from bench.run import Run
from bench.wire import Load, plain_request, run_load
from federation.documents import Document
from objects.incoming import object_record, store_object
from objects.timelines import show_activity
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx, open_store

CONNECTIONS: Final = 8
READS: Final = 4_000
POSTS: Final = 100
PATH: Final = "/api/v1/timelines/home?limit=20"


async def timeline(run: Run) -> list[Row]:
    """GET of the first page of `org`'s home timeline over 8 connections, one process."""
    loads: list[Load] = []
    cpu: list[float] = []
    async with run.node(start=False) as node:
        await _fill(node.place, run)
        await node.start()
        headers = {"Authorization": f"Bearer {run.scene.tokens['org']}"}
        request = plain_request("GET", PATH, node.place.authority, headers)
        requests = [request] * run.options.size(READS)
        await run_load(HOST, node.place.port, requests[: len(requests) // 4], CONNECTIONS)
        async with run.watched(node, "timeline"):
            for _ in range(run.options.repeat):
                before = node.cpu_seconds()
                load = await run_load(HOST, node.place.port, requests, CONNECTIONS)
                loads.append(load.require(200))
                cpu.append(1000 * (node.cpu_seconds() - before) / len(requests))
    return [
        Row(
            "home timeline, 20 statuses, one process",
            "/s",
            [load.rate for load in loads],
            "more",
            target=1_100,
            p99_ms=[load.milliseconds(0.99) for load in loads],
            target_p99_ms=25,
            cpu_ms=cpu,
            raw=run.limits.get,
        )
    ]


async def _fill(place: Place, run: Run) -> None:
    """Put posts of the writers whom `org` follows into its home timeline."""
    store = await open_store(place.database_url)
    now = int(time.time() * 1000)
    try:
        async with store.transaction() as tx:
            reader = await tx.actors.local("org")
            assert reader is not None
            for number in range(POSTS):
                writer = run.scene.writers[number % len(run.scene.writers)]
                await _show(tx, writer, _note(writer, reader, number), now)
        await store.analyze()
    finally:
        await store.close()


async def _show(tx: Tx, writer: Writer, note: dict[str, Any], now: int) -> None:
    author = await tx.actors.by_url(writer.url)
    assert author is not None
    incoming = object_record(Document(note), author, now)
    await store_object(tx, incoming)
    record, number = incoming.record, new_id()
    text = orjson.dumps(note).decode()
    await tx.activities.add(
        ActivityRecord(
            number,
            f"{record.url}#create",
            "Create",
            author.id,
            0,
            "public",
            record.url,
            record.id,
            text,
            now,
        )
    )
    await show_activity(tx, number, author, record, addressed=set(), followers=True, home=True)


def _note(writer: Writer, reader: ActorRecord, number: int) -> dict[str, Any]:
    """A note of the usual kind: every other one has a picture, every third names the reader."""
    note: dict[str, Any] = dict(writer.create_note()["object"])
    note["tag"] = [{"type": "Hashtag", "name": "#formation", "href": f"{note['id']}/tag"}]
    if number % 3 == 0:
        mention = {"type": "Mention", "href": reader.url, "name": f"@{reader.account}"}
        note["tag"].append(mention)
        note["cc"] = [*note["cc"], reader.url]
    if number % 2 == 0:
        note["attachment"] = [
            {
                "type": "Document",
                "mediaType": "image/jpeg",
                "url": f"{note['id']}.jpg",
                "name": "Des apprentis montent la charpente du préau.",
                "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
                "width": 1600,
                "height": 900,
            }
        ]
    return note
