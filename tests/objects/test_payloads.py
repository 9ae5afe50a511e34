"""What other programs send, read without loss: one file for each shape."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from federation.documents import Document, parse
from objects.incoming import IncomingObject, is_readable, object_record
from tests.objects.people import NOW, person

FOLDER = Path(__file__).parents[1] / "data" / "payloads"
FILES = sorted(FOLDER.glob("*/*.json"))
JEANNE = "https://node.example/users/jeanne"


@dataclass(frozen=True)
class Expected:
    """What a reader must find in a payload."""

    type: str
    visibility: str
    content: str
    page: str
    name: str = ""
    summary: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    media: tuple[tuple[str, str], ...] = ()
    emojis: tuple[str, ...] = ()
    conversation: str | None = None
    reply_to: str | None = None
    edited: bool = False
    absent: tuple[str, ...] = field(default=("<script", "<img", "style=", "onload"))


EXPECTED = {
    "mastodon/note": Expected(
        "Note", "public", "a marché :blobcat:</p>",
        "https://mastodon.example/@claire/115600000000000001",
        summary="Retour d’expérience, un peu long", language="fr", tags=("classeinversée",),
        mentions=(JEANNE,), emojis=("blobcat",),
        media=(("https://files.mastodon.example/media/1.jpg", "image/jpeg"),),
        conversation="https://mastodon.example/contexts/9001-115600000000000001",
    ),
    "mastodon/question": Expected(
        "Question", "public", "<p>Quel jour pour l’atelier ?</p>",
        "https://mastodon.example/@claire/115600000000000002", language="fr",
    ),
    "gotosocial/note": Expected(
        "Note", "public", "<span>jeanne</span>",
        "https://gts.example/@marc/statuses/01JD5Q0000000000000000000A", language="fr",
        mentions=(JEANNE,),
    ),
    "pleroma/note": Expected(
        "Note", "public", "<b>film</b> court<br>avec <code>du code</code>",
        "https://pleroma.example/objects/bbbb", tags=("formation",), emojis=("firefox",),
        media=(("https://media.pleroma.example/film.webm", "video/webm"),),
        conversation="https://pleroma.example/contexts/11111111-2222-3333-4444-555555555555",
    ),
    "misskey/note": Expected(
        "Note", "unlisted", "Une citation", "https://misskey.example/notes/9xyz", emojis=("ok",),
    ),
    "lemmy/page": Expected(
        "Page", "public", "<strong>12 stagiaires</strong>", "https://lemmy.example/post/77",
        name="Un outil libre pour les badges", tags=("formation",),
    ),
    "lemmy/comment": Expected(
        "Note", "public", "D’accord avec", "https://lemmy.example/comment/5",
        mentions=(JEANNE,), reply_to="https://lemmy.example/post/77", edited=True,
    ),
    "peertube/video": Expected(
        "Video", "public", "<strong>vidéo</strong>",
        "https://tube.example/videos/watch/0000-1111", name="L’AFEST en pratique",
        tags=("afest", "alternance"), edited=True,
        media=(("https://tube.example/static/webseed/x-720.mp4", "video/mp4"),),
    ),
    "wordpress/article": Expected(
        "Article", "public", "<h2>Contexte</h2>", "https://blog.example/un-tiers-lieu/",
        name="Un tiers-lieu ’ouvert’", summary="Ce que nous avons appris.", language="fr",
        tags=("tierslieu",), media=(("https://blog.example/a.jpg", "image/jpeg"),), edited=True,
    ),
    "mobilizon/event": Expected(
        "Event", "public", "<b>Caen</b>", "https://agenda.example/events/e1",
        name="Rencontre du réseau", tags=("reseau",),
        media=(("https://agenda.example/media/b.jpg", "image/jpeg"),),
    ),
    "bookwyrm/review": Expected(
        "Article", "public", "Un livre utile.", "https://books.example/user/zoe/review/3",
        name="Critique de « Apprendre » (4 étoiles) : utile",
        media=(("https://books.example/images/covers/9.jpg", "image/jpeg"),),
    ),
    "friendica/note": Expected(
        "Note", "public", "<ul><li>un</li><li>deux</li></ul>",
        "https://friendica.example/objects/a1", mentions=(JEANNE,), language="fr-fr",
        conversation="https://friendica.example/objects/a1#context",
    ),
    "hubzilla/article": Expected(
        "Note", "public", "<h3>Compte rendu</h3>Voici", "https://hub.example/item/h1",
        conversation="https://hub.example/conversation/h1",
        media=(("https://hub.example/photo/1-2.jpg", "image/jpeg"),),
    ),
    "ghost/article": Expected(
        "Article", "public", "Important", "https://journal.example/novembre/",
        name="Notre lettre de novembre",
    ),
    "snac/note": Expected(
        "Note", "public", "<p>salut<br>tout le monde</p>",
        "https://snac.example/tom/p/1763000000.123456",
        conversation="https://snac.example/tom/p/1763000000.123456#ctxt",
    ),
    "mbin/page": Expected(
        "Note", "public", "<p>Un billet</p>", "https://mbin.example/m/formation/p/8",
        language="fr",
    ),
    "yeswiki/event": Expected(
        "Event", "public", "<p>Une rencontre</p><p>sans balise</p>",
        "https://wiki.example/?RencontreTest", name="Rencontre",
    ),
    "gancio/event": Expected(
        "Event", "public", "<b>un savoir</b>",
        "https://agenda-libre.example/event/fete-des-savoirs", name="Fête des savoirs",
        summary="Le Dôme, samedi 24 octobre 2026, 14:00", tags=("savoirs",),
        media=(("https://agenda-libre.example/media/fete.jpg", "image/jpeg"),),
    ),
    "wordpress/event": Expected(
        "Event", "public", "<strong>ensemble</strong>",
        "https://blog.example/evenement/atelier/", name="Atelier découverte", language="fr",
        summary="vendredi 20 novembre à 18 h",
    ),
    "pixelfed/note": Expected(
        "Note", "public", "Atelier &amp; bricolage", "https://photos.example/p/ida/5",
        media=(("https://photos.example/storage/m/5.jpg", "image/jpeg"),),
    ),
}  # fmt: skip


def name_of(file: Path) -> str:
    """`software/kind`."""
    return f"{file.parent.name}/{file.stem}"


def read(file: Path) -> IncomingObject:
    """The object of a payload as its author publishes it; an Announce is opened first."""
    activity = parse(file.read_bytes())
    inner = activity.embedded("object")
    assert inner is not None
    if inner.type == "Create":
        activity, inner = inner, inner.embedded("object")
        assert inner is not None
    author = person("x", "elsewhere.example", url=activity.first_id("actor"))
    assert is_readable(inner)
    return object_record(inner, author, NOW, activity=activity)


def test_every_payload_has_its_expectations() -> None:
    assert {name_of(file) for file in FILES} == set(EXPECTED)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_payload_is_read_without_loss(file: Path) -> None:
    found, expected = read(file), EXPECTED[name_of(file)]
    record = found.record
    assert (record.type, record.visibility) == (expected.type, expected.visibility)
    assert expected.content in record.content
    assert (record.name, record.summary) == (expected.name, expected.summary)
    assert (record.html_url, record.language) == (expected.page, expected.language)
    assert record.conversation == expected.conversation
    assert record.in_reply_to == expected.reply_to
    assert (record.edited_at is not None) == expected.edited
    assert (found.tags, found.mentions) == (expected.tags, expected.mentions)
    assert tuple((a.url, a.media_type) for a in found.attachments) == expected.media
    assert tuple(name for name, _ in found.emojis) == expected.emojis
    assert not [part for part in expected.absent if part in record.content]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_of_a_payload_is_dropped_from_the_stored_document(file: Path) -> None:
    stored = orjson.loads(read(file).record.document)
    activity = json.loads(file.read_text(encoding="utf-8"))
    inner = activity["object"]
    assert stored == (inner["object"] if inner["type"] == "Create" else inner)


def test_the_details_of_an_attachment_are_kept() -> None:
    picture = read(FOLDER / "mastodon" / "note.json").attachments[0]
    assert picture.description == "Une salle de formation en îlots"
    assert (picture.width, picture.height, picture.focus) == (1200, 800, (-0.42, 0.5))
    assert picture.blurhash == "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH"
    assert read(FOLDER / "pixelfed" / "note.json").attachments[0].description == "Un établi"


def test_a_poll_is_read_with_its_counts() -> None:
    poll = read(FOLDER / "mastodon" / "question.json").poll
    assert poll is not None
    assert orjson.loads(poll.options) == [["Mardi", 4], ["Jeudi", 3]]
    assert (poll.multiple, poll.voters_count) == (0, 7)
    assert poll.closes_at == 1_795_852_800_000


def test_the_wild_shapes_of_properties_never_raise() -> None:
    author = person("x", "far.example")
    odd: list[object] = [None, 7, True, "text", [], {}, [None, 7, {"id": 3}], {"a": {"b": []}}]
    names = (
        "content", "contentMap", "summary", "name", "tag", "attachment", "to", "cc", "audience",
        "url", "published", "updated", "inReplyTo", "context", "conversation", "oneOf", "anyOf",
        "endTime", "votersCount", "sensitive", "mediaType", "attributedTo", "icon", "source",
    )  # fmt: skip
    for kind in ("Note", "Question", "Video", "Article"):
        for value in odd:
            document = dict.fromkeys(names, value)
            raw = {**document, "id": "https://far.example/1", "type": ["x:Other", kind]}
            assert object_record(Document(raw), author, NOW).record.type == kind
