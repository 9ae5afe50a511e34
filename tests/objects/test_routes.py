"""The addresses of objects, asked as other servers and browsers ask."""

from pathlib import Path

import pytest

from federation.vocabulary import LD_JSON
from objects.media import MediaLimits, store_upload
from objects.notes import NoteDraft, build_object
from objects.polls import PollDraft
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord, ReactionRecord
from storage.store import Store, Tx
from tests.objects.doors import Doors
from tests.objects.people import HERE, NOW, arrive, person, post, publish, written
from tests.objects.test_media import picture


@pytest.fixture
def doors(sqlite_store: Store, tmp_path: Path) -> Doors:
    return Doors(sqlite_store, tmp_path)


@pytest.fixture
async def jeanne(sqlite_store: Store) -> ActorRecord:
    actor = person("jeanne")
    await arrive(sqlite_store, actor)
    return actor


async def write(store: Store, author: ActorRecord, draft: NoteDraft) -> ObjectRecord:
    """Store what somebody here wrote, as the outbox does."""
    number = new_id()
    document = build_object(draft, author, number, [], HERE, NOW)
    mine = written(document, author)
    await publish(store, mine.record)
    if (poll := mine.poll) is not None:
        await store.write(lambda tx: tx.objects.save_poll(poll))
    return mine.record


async def test_an_object_is_served_with_the_counts_of_now(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    record = await write(sqlite_store, jeanne, NoteDraft("Bonjour", language="fr"))
    luc = person("luc", "far.example")
    await arrive(sqlite_store, luc)
    reply = await publish(sqlite_store, post(luc, in_reply_to=record.url, in_reply_to_id=record.id))
    await sqlite_store.write(
        lambda tx: tx.activities.react(
            "likes", ReactionRecord(new_id(), luc.id, record.id, "https://far.example/l/1", NOW)
        )
    )
    answer = await doors.get(record.url)
    assert answer.headers["Content-Type"] == "application/activity+json"
    assert answer.headers["Cache-Control"] == "public, max-age=180"
    found = await doors.json(record.url)
    assert (found["id"], found["content"]) == (record.url, "<p>Bonjour</p>")
    assert found["likes"]["totalItems"] == 1
    assert found["replies"]["first"]["items"] == [reply.url]
    likes = await doors.json(f"{record.url}/likes")
    assert (likes["type"], likes["totalItems"]) == ("OrderedCollection", 1)
    page = await doors.json(likes["first"])
    like = page["orderedItems"][0]
    assert (like["id"], like["type"]) == ("https://far.example/l/1", "Like")
    assert (like["actor"], like["object"]) == (luc.url, record.url)
    assert (await doors.json(f"{record.url}/shares"))["totalItems"] == 0


async def test_every_format_comes_from_the_same_address(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    record = await write(sqlite_store, jeanne, NoteDraft("Bonjour"))
    page = await doors.get(record.url, accept="text/html")
    assert await page.get_data(as_text=True) == f"page of {record.url}"
    assert (await doors.get(record.url, accept=LD_JSON)).headers["Content-Type"] == LD_JSON
    for form in ("text/turtle", "application/n-triples"):
        text = await (await doors.get(record.url, accept=form)).get_data(as_text=True)
        assert f"<{record.url}>" in text
    assert (await doors.get(record.url, accept="image/png")).status_code == 406


async def test_a_deleted_object_is_a_tombstone(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    record = await write(sqlite_store, jeanne, NoteDraft("Bonjour"))
    await sqlite_store.write(lambda tx: tx.objects.bury(record, NOW))
    answer = await doors.get(record.url)
    assert answer.status_code == 410
    document = await answer.get_json(force=True)
    assert (document["type"], document["formerType"]) == ("Tombstone", "Note")
    assert "Bonjour" not in str(document)
    for name in ("replies", "likes", "shares"):
        assert await doors.status(f"{record.url}/{name}") == 410
    assert (await doors.get(record.url, accept="text/html")).status_code == 410


@pytest.mark.parametrize(
    "path", ["/objects/1", "/objects/99999999999999999999999", "/activities/1", "/objects/x",
             "/users/nobody/featured", "/media/nothing.png", "/media/..%2Fsecret"],
)  # fmt: skip
async def test_what_is_not_there_is_404(doors: Doors, path: str) -> None:
    assert await doors.status(path) == 404


async def test_a_remote_object_has_no_address_here(sqlite_store: Store, doors: Doors) -> None:
    luc = person("luc", "far.example")
    await arrive(sqlite_store, luc)
    record = await publish(sqlite_store, post(luc))
    assert await doors.status(f"/objects/{record.id}") == 404


async def test_replies_and_conversations_are_paged(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    root = await write(sqlite_store, jeanne, NoteDraft("Bonjour"))
    luc = person("luc", "far.example")
    await arrive(sqlite_store, luc)
    replies = [
        post(luc, in_reply_to=root.url, in_reply_to_id=root.id, conversation=root.conversation)
        for _ in range(45)
    ]
    await publish(sqlite_store, *replies)
    expected = [reply.url for reply in replies]
    whole = await doors.json(f"{root.url}/replies")
    assert (whole["type"], whole["totalItems"]) == ("Collection", 45)
    second = await doors.json(whole["first"]["next"])
    assert whole["first"]["items"] + second["items"] == expected
    assert "next" not in second
    assert root.conversation is not None
    context = await doors.json(root.conversation)
    assert (context["totalItems"], context["attributedTo"]) == (46, jeanne.url)
    rest = await doors.json(context["first"]["next"])
    assert context["first"]["orderedItems"] + rest["orderedItems"] == [root.url, *expected]
    await sqlite_store.write(lambda tx: tx.objects.bury(root, NOW))
    assert (await doors.json(root.conversation))["totalItems"] == 45


async def test_a_question_shows_its_counts(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    draft = NoteDraft("Quand ?", poll=PollDraft(("a", "b"), closes_at=NOW - 1))
    record = await write(sqlite_store, jeanne, draft)
    found = await doors.json(record.url)
    assert (found["type"], found["closed"]) == ("Question", found["endTime"])


async def test_pinned_posts_are_featured(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    record = await write(sqlite_store, jeanne, NoteDraft("Bonjour"))
    await write(sqlite_store, jeanne, NoteDraft("Autre"))
    await sqlite_store.write(lambda tx: tx.activities.feature(jeanne.id, record.id, NOW))
    found = await doors.json("/users/jeanne/featured")
    assert found["id"] == jeanne.featured_url
    assert [item["id"] for item in found["orderedItems"]] == [record.url]


async def test_a_hashtag_lists_the_public_posts_of_this_node(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    luc = person("luc", "far.example")
    await arrive(sqlite_store, luc)
    record = await write(sqlite_store, jeanne, NoteDraft("#Été"))
    elsewhere = await publish(sqlite_store, post(luc))

    async def tag(tx: Tx) -> None:
        for number in (record.id, elsewhere.id):
            await tx.objects.add_tags(number, ["été"])

    await sqlite_store.write(tag)
    found = await doors.json("/tags/%C3%89t%C3%A9")
    assert (found["id"], found["totalItems"]) == ("https://node.example/tags/%C3%A9t%C3%A9", 1)
    assert (await doors.json(found["first"]))["orderedItems"] == [record.url]
    page = await doors.get("/tags/%C3%A9t%C3%A9", accept="text/html")
    assert await page.get_data(as_text=True) == "<h1>#été</h1>"


async def test_an_activity_can_be_fetched(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    record = await write(sqlite_store, jeanne, NoteDraft("Bonjour"))
    number = new_id()
    url = HERE.activity(number)
    text = f'{{"id":"{url}","type":"Create","actor":"{jeanne.url}","object":"{record.url}"}}'
    activity = ActivityRecord(
        number, url, "Create", jeanne.id, 1, "public", record.url, record.id, text, NOW
    )
    await sqlite_store.write(lambda tx: tx.activities.add(activity))
    assert (await doors.json(url))["object"] == record.url
    await sqlite_store.write(lambda tx: tx.objects.bury(record, NOW))
    assert await doors.status(url) == 410


async def test_a_file_can_do_nothing_where_it_is_shown(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord
) -> None:
    limits = MediaLimits(1_000_000, 1_000_000)

    async def put(content: bytes) -> str:
        media = await store_upload(sqlite_store, doors.files, limits, jeanne, content, "", NOW)
        return HERE.media(media.file)

    shown = await doors.get(await put(picture("PNG")))
    assert shown.status_code == 200
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Disposition"] == "inline"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "immutable" in shown.headers["Cache-Control"]
    paper = await doors.get(await put(b"%PDF-1.7\n<script>alert(1)</script>"))
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.headers["Content-Disposition"] == "attachment"
    film = await put(b"\x00\x00\x00\x20ftypisom" + b"x" * 100)
    part = await doors.get(film, headers={"Range": "bytes=4-7"})
    assert (part.status_code, await part.get_data()) == (206, b"ftyp")


@pytest.mark.parametrize("bound", ["x", "-1", "1" * 30, "%D9%A1"])
async def test_a_page_that_nobody_named_is_refused(
    sqlite_store: Store, doors: Doors, jeanne: ActorRecord, bound: str
) -> None:
    record = await write(sqlite_store, jeanne, NoteDraft("Bonjour"))
    assert await doors.status(f"{record.url}/likes?page=true&before={bound}") == 400
    assert await doors.status(f"{record.url}/replies?page=true&after={bound}") == 400
