"""Files that apps send: prepared behind the request, described, used once, dropped."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clients.media.describing import focus_of
from clients.media.preparing import LEASE_MS, MediaWorker
from storage.records import MediaRecord
from storage.store import Tx
from tests.clients.media.uploads import film, part, picture, upload, wav
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

MEDIA = "/api/v2/media"
LARGE = (1_600, 1_200)


def worker(node: LocalNode) -> MediaWorker:
    services = node.services
    return MediaWorker(services.store, services.files, services.web.limits, services.clock)


async def send(app: App, content: bytes, path: str = MEDIA, **options: Any) -> Any:
    """Upload a file."""
    return await app.post(path, files={"file": part(content)}, **options)


async def _take(tx: Tx, now: int) -> None:
    """Begin to prepare a file, and be killed."""
    await tx.uploads.take(now, now)


def files_of(node: LocalNode) -> list[str]:
    """The names of all the files on disk."""
    root: Path = node.services.settings.media_dir
    return sorted(file.name for file in root.rglob("*") if file.is_file())


async def test_a_small_picture_is_ready_at_once(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    media = await upload(app, "red", description=" Une pomme ", focus="0.25,-0.5")
    check_entity("MediaAttachment", media)
    assert (media["type"], media["description"]) == ("image", "Une pomme")
    assert media["meta"]["original"]["size"] == "40x30"
    assert media["meta"]["focus"] == {"x": 0.25, "y": -0.5}
    assert media["blurhash"]
    assert media["url"].startswith("https://node.example/media/")
    served = await app.ask("GET", media["url"].removeprefix("https://node.example"))
    assert served.headers["Content-Type"] == "image/png"


async def test_a_large_picture_is_prepared_behind_the_request(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    media = await send(app, picture("blue", LARGE, "JPEG"), expect=202)
    assert (media["url"], media["preview_url"]) == (None, None)
    path = f"/api/v1/media/{media['id']}"
    assert (await app.get(path, expect=206))["url"] is None
    raw = files_of(node)
    await app.ask("GET", f"/media/{raw[0]}", expect=404)
    sent = {"status": "a", "media_ids": [media["id"]]}
    answer = await app.post("/api/v1/statuses", json=sent, expect=422)
    assert "have not finished processing" in answer["error"]
    assert await worker(node).run_once() == 1
    assert await worker(node).run_once() == 0
    ready = await app.get(path)
    assert ready["meta"]["original"]["size"] == "1600x1200"
    assert ready["meta"]["small"]["width"] == 640
    assert ready["preview_url"] != ready["url"]
    assert raw[0] not in files_of(node)
    await app.post("/api/v1/statuses", json=sent)


async def test_the_older_way_waits_until_it_is_ready(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    media = await send(app, picture("blue", LARGE, "JPEG"), "/api/v1/media")
    assert media["meta"]["original"]["width"] == 1_600


async def test_what_a_crash_left_is_prepared_later(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    media = await send(app, picture("blue", LARGE), expect=202)
    now = node.clock.ms
    await node.store.write(lambda tx: tx.uploads.take(now, now + LEASE_MS))
    assert await worker(node).run_once() == 0
    node.clock.pass_by(LEASE_MS / 1000 + 1)
    assert await worker(node).run_once() == 1
    await app.get(f"/api/v1/media/{media['id']}")


async def test_what_cannot_be_prepared_is_given_up_and_said(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    whole = picture("blue", LARGE, "JPEG")
    media = await send(app, whole[: len(whole) // 2], expect=202)
    assert await worker(node).run_once() == 1
    answer = await app.get(f"/api/v1/media/{media['id']}", expect=422)
    assert answer["error"] == "Error processing thumbnail for uploaded media"
    other = await send(app, picture("green", LARGE), expect=202)
    for _ in range(3):
        await node.store.write(partial(_take, now=node.clock.ms))
    assert await worker(node).run_once() == 1
    await app.get(f"/api/v1/media/{other['id']}", expect=422)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "Validation failed: File can't be blank"),
        (b"hello", "Validation failed: File content type is invalid, File is invalid"),
        (b"<svg/>", "Validation failed: File content type is invalid, File is invalid"),
        (b"\x89PNG\r\n\x1a\nnonsense", "File type of uploaded media could not be verified"),
    ],
)
async def test_what_is_no_file_of_ours_is_refused(
    node: LocalNode, content: bytes, error: str
) -> None:
    app = await app_of(node, "amina")
    for path in (MEDIA, "/api/v1/media"):
        assert (await send(app, content, path, expect=422))["error"] == error
    assert await node.count("media") == 0


async def test_what_is_too_large_is_refused(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    huge = picture("red", (30_000, 2))
    answer = await send(app, huge, expect=422)
    assert "30000 × 2 pixels" in answer["error"]
    limit = node.services.settings.max_upload
    assert "error" in await send(app, b"\x89PNG\r\n\x1a\n" + bytes(limit), expect=413)
    await app.post(MEDIA, form={"description": "rien"}, expect=422)
    await app.post(MEDIA, json={"file": "text"}, expect=422)
    await app.post(MEDIA, form={"file": "text"}, expect=422)


async def test_sound_and_films_say_how_long_they_are(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    sound = await send(app, wav(2.5))
    assert (sound["type"], sound["meta"]["original"]["duration"]) == ("audio", 2.5)
    seen = await send(app, film(3, 640, 360))
    assert (seen["type"], seen["meta"]["original"]["size"]) == ("video", "640x360")
    assert seen["meta"]["original"]["duration"] == 3.0
    upright = await send(app, film(3, 640, 360, turned=True))
    assert upright["meta"]["original"]["size"] == "360x640"
    assert sound["preview_url"] is None


async def test_a_film_may_have_a_picture(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    files = {"file": part(film()), "thumbnail": part(picture("red", (900, 600)))}
    media = await app.post(MEDIA, files=files)
    assert media["preview_url"].endswith(".webp")
    path = f"/api/v1/media/{media['id']}"
    await app.put(path, files={"thumbnail": part(b"hello")}, expect=422)
    await app.put(path, files={"thumbnail": part(wav())}, expect=422)
    other = await app.put(path, files={"thumbnail": part(picture("blue"))})
    assert other["preview_url"] not in (None, media["preview_url"])


async def test_files_are_described_until_they_are_shown(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    media = await upload(app, "red")
    path = f"/api/v1/media/{media['id']}"
    changed = await app.put(path, json={"description": "Rouge", "focus": "-1.5, 0.5"})
    assert (changed["description"], changed["meta"]["focus"]) == ("Rouge", {"x": -1.0, "y": 0.5})
    kept = await app.put(path, json={"focus": "nonsense"})
    assert (kept["description"], kept["meta"]["focus"]) == ("Rouge", {"x": -1.0, "y": 0.5})
    long = await app.put(path, json={"description": "x" * 1_501}, expect=422)
    assert "maximum is 1500" in long["error"]
    status = {"status": "a", "media_ids": [media["id"]]}
    await app.post("/api/v1/statuses", json=status)
    await app.put(path, json={"description": "Trop tard"}, expect=404)
    again = await app.post("/api/v1/statuses", json=status, expect=422)
    assert "already attached" in again["error"]


async def test_what_is_used_is_not_dropped_and_the_rest_is(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    used, free = await upload(app, "red"), await upload(app, "blue")
    sent = {"status": "a", "media_ids": [used["id"]]}
    await app.post("/api/v1/statuses", json=sent)
    answer = await app.delete(f"/api/v1/media/{used['id']}", expect=422)
    assert answer["error"] == "Media attachment is currently used by a status"
    assert await app.delete(f"/api/v1/media/{free['id']}") == {}
    await app.delete(f"/api/v1/media/{free['id']}", expect=404)
    assert len(files_of(node)) == len(set(await _kept(node)))


async def _kept(node: LocalNode) -> list[str]:
    async def operation(tx: Tx) -> list[str]:
        found = await tx.ledger.all_of(MediaRecord, "from media")
        return [name for media in found for name in media.files]

    return await node.store.query(operation)


async def test_files_of_others_are_not_there(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    path = f"/api/v1/media/{(await upload(amina, 'red'))['id']}"
    await bruno.get(path, expect=404)
    await bruno.put(path, json={"description": "x"}, expect=404)
    await bruno.delete(path, expect=404)
    await App(node).get(path, expect=401)
    reader = await app_of(node, "amina", scopes="read")
    await reader.post(MEDIA, files={"file": part(picture())}, expect=403)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("0.5,-0.5", (0.5, -0.5)), (" 1 , 1 ", (1.0, 1.0)), ("9,-9", (1.0, -1.0)),
        ("", None), (None, None), ("a,b", None), ("1", None), ("1,2,3", None),
        ("nan,0", None), ("inf,0", None),
    ],
)  # fmt: skip
def test_a_focus_is_read_leniently(text: str | None, point: tuple[float, float] | None) -> None:
    assert focus_of(text) == point
