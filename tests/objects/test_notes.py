"""What people here write, as others read it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from federation.documents import Document
from federation.vocabulary import PUBLIC
from objects.documents import activity_document, object_document
from objects.incoming import object_record
from objects.media import attachment_document
from objects.notes import NoteDraft, build_object
from objects.polls import PollDraft
from storage.ids import new_id
from storage.records import ActivityRecord, MediaRecord
from tests.objects.people import HERE, NOW, person, post, written

JEANNE = person("jeanne")
PAUL = person("paul", "far.example")
NUMBER = 77
URL = "https://node.example/objects/77"


def build(draft: NoteDraft, **extra: Any) -> dict[str, Any]:
    """The document of a draft by Jeanne, who knows Paul."""
    return build_object(draft, JEANNE, NUMBER, [PAUL], HERE, NOW, **extra)


def test_a_note_is_written_as_mastodon_reads_it() -> None:
    found = build(NoteDraft("Bonjour @paul@far.example #Été", language="fr", summary="Long"))
    assert found["id"] == found["url"] == URL
    assert (found["type"], found["attributedTo"]) == ("Note", JEANNE.url)
    assert found["published"] == "2026-11-18T11:06:40Z"
    assert found["to"] == [PUBLIC]
    assert found["cc"] == [JEANNE.followers_url, PAUL.url]
    assert found["tag"] == [
        {"type": "Mention", "href": PAUL.url, "name": "@paul@far.example"},
        {"type": "Hashtag", "href": "https://node.example/tags/%C3%A9t%C3%A9", "name": "#Été"},
    ]
    assert found["contentMap"] == {"fr": found["content"]}
    assert (found["summary"], found["sensitive"]) == ("Long", True)
    assert found["source"] == {
        "content": "Bonjour @paul@far.example #Été",
        "mediaType": "text/plain",
    }
    assert found["context"] == found["conversation"] == f"{URL}/context"
    assert found["inReplyTo"] is None
    assert found["replies"]["first"]["type"] == "CollectionPage"
    assert found["replies"]["first"]["partOf"] == found["replies"]["id"] == f"{URL}/replies"
    assert found["likes"] == {"id": f"{URL}/likes", "type": "Collection", "totalItems": 0}
    assert found["shares"]["totalItems"] == 0
    assert found["interactionPolicy"]["canQuote"] == {"automaticApproval": [JEANNE.url]}
    assert found["interactionPolicy"]["canReply"] == {"automaticApproval": [PUBLIC]}


def test_a_note_for_followers_invites_nobody_else() -> None:
    found = build(NoteDraft("x", visibility="followers"))
    assert (found["to"], found["cc"]) == ([JEANNE.followers_url], [PAUL.url])
    policy = found["interactionPolicy"]
    assert policy["canAnnounce"] == {"automaticApproval": [JEANNE.url]}
    assert policy["canLike"] == {"automaticApproval": [JEANNE.followers_url]}


def test_who_is_addressed_without_being_named_has_a_mention_all_the_same() -> None:
    found = build(NoteDraft("x", visibility="direct"))
    assert found["to"] == [PAUL.url]
    assert found["tag"] == [{"type": "Mention", "href": PAUL.url, "name": "@paul@far.example"}]


def test_a_reply_stays_in_the_conversation() -> None:
    parent = post(PAUL, conversation="https://far.example/contexts/1")
    found = build(NoteDraft("x", in_reply_to=parent))
    assert (found["inReplyTo"], found["context"]) == (parent.url, parent.conversation)
    local = post(JEANNE)
    assert build(NoteDraft("x", in_reply_to=local))["context"] == f"{local.url}/context"


def test_an_article_has_a_name_an_abstract_and_a_preview() -> None:
    text = "# Titre\n\nDu **texte** " + "très " * 200
    found = build(NoteDraft(text, name="L’atelier", markdown=True, language="fr"))
    assert (found["type"], found["name"], found["sensitive"]) == ("Article", "L’atelier", False)
    assert found["source"]["mediaType"] == "text/markdown"
    assert "<strong>texte</strong>" in found["content"]
    assert found["summary"].endswith("très …")
    assert len(found["summary"]) < 510
    preview = found["preview"]
    assert (preview["type"], preview["attributedTo"], preview["url"]) == ("Note", JEANNE.url, URL)
    assert preview["content"].startswith("<p>L’atelier</p><p>Titre")
    own = build(NoteDraft("x", name="L’atelier", summary="En bref"))
    assert (own["summary"], own["sensitive"]) == ("En bref", False)


def test_a_question_lists_its_choices() -> None:
    draft = NoteDraft("Quand ?", poll=PollDraft(("Mardi", "Jeudi"), closes_at=NOW + 60_000))
    found = build(draft)
    assert (found["type"], found["votersCount"]) == ("Question", 0)
    assert found["oneOf"][0] == {
        "type": "Note", "name": "Mardi", "replies": {"type": "Collection", "totalItems": 0},
    }  # fmt: skip
    assert found["endTime"] == "2026-11-18T11:07:40Z"
    assert "anyOf" in build(NoteDraft("x", poll=PollDraft(("a", "b"), multiple=True)))


def test_an_attachment_tells_all_that_is_known() -> None:
    media = MediaRecord(
        1, JEANNE.id, None, "ab.jpg", "image/jpeg", "Un établi", "UBL", 1200, 800, 10, -0.5, 0.0,
        NOW,
    )  # fmt: skip
    assert build(NoteDraft("x"), attachments=[attachment_document(media, HERE)])["attachment"] == [
        {
            "type": "Document", "mediaType": "image/jpeg", "name": "Un établi", "width": 1200,
            "url": "https://node.example/media/ab.jpg", "blurhash": "UBL", "height": 800,
            "focalPoint": [-0.5, 0.0],
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "draft",
    [
        NoteDraft("Bonjour @paul@far.example #Été", language="fr", summary="Long"),
        NoteDraft("**x**", markdown=True, name="Titre", summary="En bref", language="fr"),
        NoteDraft("Quand ?", poll=PollDraft(("a", "b")), visibility="unlisted"),
        NoteDraft("x", visibility="followers"),
        NoteDraft("x", visibility="direct"),
    ],
    ids=["note", "article", "question", "followers", "direct"],
)
def test_what_we_write_we_read_as_it_was_meant(draft: NoteDraft) -> None:
    document = build(draft)
    read = object_record(Document(document), JEANNE, NOW).record
    for name in ("visibility", "name", "summary", "language"):
        assert getattr(read, name) == getattr(draft, name), name
    assert (read.type, bool(read.sensitive)) == (document["type"], document["sensitive"])
    assert (read.html_url, read.conversation) == (URL, f"{URL}/context")


def test_a_served_object_has_the_counts_of_now() -> None:
    draft = NoteDraft("Quand ?", poll=PollDraft(("a", "b"), closes_at=NOW))
    mine = written(build(draft), JEANNE)
    liked = replace(mine.record, likes_count=3, shares_count=2)
    found = object_document(liked, HERE, poll=mine.poll, replies=["https://far.example/1"], now=NOW)
    assert found["@context"][0] == "https://www.w3.org/ns/activitystreams"
    assert (found["likes"]["totalItems"], found["shares"]["totalItems"]) == (3, 2)
    assert found["replies"]["first"]["items"] == ["https://far.example/1"]
    assert found["closed"] == "2026-11-18T11:06:40Z"


def test_hidden_recipients_are_never_served() -> None:
    record = post(JEANNE, document='{"id":"x","type":"Note","bto":["a"],"bcc":["b"]}')
    assert not {"bto", "bcc"} & set(object_document(record, HERE))


def test_a_deleted_object_is_served_as_its_tombstone() -> None:
    found = object_document(post(JEANNE, deleted_at=NOW, document=""), HERE)
    assert (found["type"], found["formerType"]) == ("Tombstone", "Note")


def create(document: dict[str, Any]) -> ActivityRecord:
    stored = {"id": "https://node.example/activities/1", "type": "Create", "object": document}
    text = json.dumps({**stored, "proof": {"type": "DataIntegrityProof"}})
    return ActivityRecord(
        1, "https://node.example/activities/1", "Create", JEANNE.id, 1, "public", URL, NUMBER,
        text, NOW,
    )  # fmt: skip


def test_an_activity_is_served_with_its_proof_while_its_object_is_as_it_was() -> None:
    document = build(NoteDraft("x"))
    record = post(JEANNE, id=new_id(), url=URL, document=json.dumps(document))
    found = activity_document(create(document), record, HERE)
    assert found["proof"]
    assert found["object"] == document
    assert "@context" in found


def test_an_activity_about_an_edited_object_shows_it_as_it_is_now() -> None:
    document = build(NoteDraft("x"))
    newer = json.dumps({**document, "content": "<p>y</p>"})
    record = post(JEANNE, url=URL, document=newer, edited_at=NOW)
    found = activity_document(create(document), record, HERE)
    assert found["object"]["content"] == "<p>y</p>"
    assert "proof" not in found


def test_an_activity_about_a_deleted_object_says_nothing_of_it() -> None:
    document = build(NoteDraft("secret"))
    record = post(JEANNE, url=URL, document="", deleted_at=NOW)
    found = activity_document(create(document), record, HERE)
    assert found["object"] == URL
    assert "secret" not in json.dumps(found)
