"""Files that clients upload, and what becomes of them."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from quart.datastructures import FileStorage

from federation.vocabulary import LD_JSON, PUBLIC
from tests.outbox.desk import GRETA, Desk
from tests.support.factories import Json

DAY = 24 * 3600


def picture(colour: str = "navy") -> bytes:
    """A small PNG."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "PNG")
    return made.getvalue()


async def upload(desk: Desk, content: bytes | None, shell: Any = None, **asked: str) -> Any:
    """POST to `uploadMedia` as `ap` does: both parts as files."""
    files: dict[str, FileStorage] = {}
    if content is not None:
        files["file"] = FileStorage(io.BytesIO(content), "photo.png", "file", "image/png")
    if shell is not None:
        text = shell if isinstance(shell, bytes) else json.dumps(shell).encode()
        files["object"] = FileStorage(io.BytesIO(text), "descriptor.jsonld", "object", LD_JSON)
    token = asked.get("token", await desk.token(asked.get("who", "greta")))
    client = desk.node.app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    return await client.post("/users/greta/media", files=files, headers=headers)


async def uploaded(desk: Desk, shell: Json | None = None, colour: str = "navy") -> Json:
    """The object that shows a picture."""
    answer = await upload(desk, picture(colour), shell)
    assert answer.status_code == 201, await answer.get_data()
    return dict(json.loads(await answer.get_data()))


async def test_a_picture_is_taken_and_served(desk: Desk) -> None:
    shell = {
        "type": "Image",
        "nameMap": {"fr": "Atelier"},
        "summaryMap": {"fr": ["Un", "établi", "en bois"]},
    }
    document = await uploaded(desk, shell)
    assert (document["name"], document["width"], document["height"]) == (
        "Un établi en bois",
        40,
        30,
    )
    assert document["attributedTo"] == GRETA
    answer = await desk.get(document["url"])
    assert (answer.status_code, answer.content_type) == (200, document["mediaType"])


async def test_a_title_is_the_description_when_there_is_no_other(desk: Desk) -> None:
    assert (await uploaded(desk, {"type": "Image", "nameMap": {"fr": "Atelier"}}))[
        "name"
    ] == "Atelier"


@pytest.mark.parametrize(
    ("content", "shell", "status"),
    [
        (None, None, 400),
        (b"", None, 400),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, 415),
        (b"MZ not a picture", None, 415),
        (picture(), b"{", 400),
        (picture(), b"[]", 400),
    ],
)
async def test_what_is_no_upload_is_refused(
    desk: Desk, content: bytes | None, shell: Any, status: int
) -> None:
    answer = await upload(desk, content, shell)
    assert answer.status_code == status
    assert json.loads(await answer.get_data())["code"]


async def test_only_the_owner_uploads(desk: Desk) -> None:
    assert (await upload(desk, picture(), who="paul")).status_code == 403
    assert (await upload(desk, picture(), token="")).status_code == 401


@pytest.mark.parametrize("when", ["at once", "with an edit"])
async def test_what_a_note_shows_is_kept_and_what_nothing_shows_is_not(
    desk: Desk, when: str
) -> None:
    shown, orphan = await uploaded(desk), await uploaded(desk, colour="teal")
    attachment = {"attachment": [shown]}
    first = attachment if when == "at once" else {}
    made = await desk.act({"type": "Note", "content": "x", "to": [PUBLIC], **first})
    if when != "at once":
        change = {"id": made["object"]["id"], **attachment}
        await desk.act({"type": "Update", "object": change})
    desk.node.clock.pass_by(30 * DAY)
    await desk.node.services.housekeeping.run_once()
    assert (await desk.get(shown["url"])).status_code == 200
    assert (await desk.get(orphan["url"])).status_code == 404


async def test_nobody_takes_over_another_s_file(desk: Desk) -> None:
    mine = await uploaded(desk)
    note = {"type": "Note", "content": "x", "to": [PUBLIC], "attachment": [mine]}
    await desk.act(note, who="paul")
    rows = await desk.node.store.query(
        lambda tx: tx.connection.fetch_all("select object_id from media")
    )
    assert [row[0] for row in rows] == [None]
