"""Everything that the page, the print and the downloads of an experience show of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from actors.identifiers import Identifiers
from objects.experiences.documents import licence_address
from objects.experiences.fields import Experience
from objects.experiences.genealogy import Genealogy, genealogy
from objects.experiences.labels import label, written_day
from objects.experiences.reading import StoredExperience, concepts_of, load, load_many
from objects.experiences.sections import Section, concept_name, sections, written_duration
from objects.media import SmallPictures, small_pictures
from objects.search.related import related
from objects.visibility import filter_visible
from objects.vocabularies.names import concept_uri
from storage.concepts import Concept
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.public.citation import Reference
from web.public.posts import Post, posts_of

MAX_COMMENTS: Final = 100
MAX_DEPTH: Final = 4
RELATED: Final = 4
# Shown beside the text, not in it.
ASIDE: Final = frozenset({"original", "modalities", "period", "territory", "contact"})
STEPS: Final = tuple(
    concept_uri("maturity", name) for name in ("idee", "en-test", "eprouvee", "generalisee")
)
NO_FAMILY: Final = Genealogy((), ())
LICENCE_NAMES: Final = {
    "CC-BY-SA-4.0": "CC BY-SA 4.0",
    "CC-BY-4.0": "CC BY 4.0",
    "CC-BY-NC-SA-4.0": "CC BY-NC-SA 4.0",
    "CC-BY-NC-4.0": "CC BY-NC 4.0",
    "CC-BY-ND-4.0": "CC BY-ND 4.0",
    "CC0-1.0": "CC0 1.0",
    "etalab-2.0": "Licence Ouverte 2.0 (Etalab)",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who made an experience; `actor` is None while nobody here knows them."""

    name: str
    url: str
    role: str
    actor: ActorRecord | None

    @property
    def here(self) -> bool:
        """Whether it is a member of this node."""
        return self.actor is not None and bool(self.actor.local)


@dataclass(frozen=True, slots=True)
class Comment:
    """A public answer; `depth` says how far to the right it stands."""

    post: Post
    depth: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """An experience with everything around it, as its reader may see it."""

    stored: StoredExperience
    concepts: Mapping[str, Concept]
    carrier: ActorRecord | None = None
    family: Genealogy = NO_FAMILY
    pictures: Mapping[str, SmallPictures] | None = None
    comments: tuple[Comment, ...] = ()
    related: tuple[StoredExperience, ...] = ()
    # the project space that it came from, when it is known here
    project: ActorRecord | None = None

    @property
    def record(self) -> ObjectRecord:
        """The object."""
        return self.stored.record

    @property
    def experience(self) -> Experience:
        """What it says."""
        return self.stored.experience

    @property
    def author(self) -> ActorRecord:
        """Who published it."""
        return self.stored.author

    @property
    def people(self) -> tuple[Person, ...]:
        """The authors, the first one first; `role` is the URI of a concept."""
        first = Person(
            _name(self.author),
            self.author.html_url or self.author.url,
            self.experience.author_role,
            self.author,
        )
        others = (
            Person(
                _name(other.actor) if other.actor else other.url,
                (other.actor.html_url or other.actor.url) if other.actor else other.url,
                other.role,
                other.actor,
            )
            for other in self.stored.contributors
            if other.url != self.author.url
        )
        return (first, *others)

    @property
    def step(self) -> int:
        """How far it got: 1 (an idea) to 4 (everywhere); 0 when it was stopped or unsaid."""
        return STEPS.index(self.experience.maturity) + 1 if self._scaled else 0

    @property
    def _scaled(self) -> bool:
        return self.experience.maturity in STEPS

    @property
    def licence_name(self) -> str:
        """The licence as people call it."""
        return LICENCE_NAMES.get(self.experience.licence, self.experience.licence)

    @property
    def licence_url(self) -> str:
        """The address of the licence; empty when none is known."""
        return licence_address(self.experience.licence)

    def sections(self, language: str) -> list[Section]:
        """The parts of the text, headed in a language."""
        # The names of the publics stand beside the text; only what is said of them stands in it.
        told = replace(self.experience, publics=(), public_number=None)
        return [
            section
            for section in sections(told, self.concepts, language)
            if section.key not in ASIDE
        ]

    def duration(self, language: str) -> str:
        """How long it took, in words."""
        return written_duration(self.experience.duration, language)

    def period(self, language: str) -> str:
        """When it took place, in words."""
        start = written_day(self.experience.starts, language)
        end = written_day(self.experience.ends, language)
        if start and end:
            return label("from_to", language, start=start, end=end)
        if start:
            return label("from", language, start=start)
        return label("to", language, end=end) if end else ""

    def named(self, uris: tuple[str, ...], language: str) -> list[str]:
        """The names of concepts."""
        return [concept_name(uri, self.concepts, language) for uri in uris]

    def reference(self, site_name: str) -> Reference:
        """What a citation says; an organisation among others is named once."""
        return Reference(
            title=self.experience.title or self.record.name,
            authors=tuple(dict.fromkeys(person.name for person in self.people)),
            publisher=site_name,
            published=self.record.published_at,
            url=self.record.url,
            number=self.record.id,
            language=self.experience.language,
            licence=self.licence_name,
        )


async def short_sheet(
    tx: Tx, object_id: int, viewer: ActorRecord | None, identifiers: Identifiers
) -> Sheet | None:
    """What downloads need: the experience, its concepts, pictures, who carries it, its origin."""
    stored = await load(tx, object_id, viewer)
    if stored is None:
        return None
    return Sheet(
        stored,
        await concepts_of(tx, [stored.experience]),
        await _carrier(tx, stored),
        await genealogy(tx, stored.record, viewer),
        await small_pictures(tx, identifiers, [file.url for file in stored.files]),
        project=await _project(tx, stored),
    )


async def whole_sheet(
    tx: Tx, object_id: int, viewer: ActorRecord | None, identifiers: Identifiers
) -> Sheet | None:
    """What the page shows; a constant number of questions."""
    stored = await load(tx, object_id, viewer)
    if stored is None:
        return None
    ids = await related(tx, object_id, viewer, RELATED)
    others = tuple((await load_many(tx, ids, viewer)).values())
    return Sheet(
        stored,
        await concepts_of(tx, [one.experience for one in (stored, *others)]),
        await _carrier(tx, stored),
        await genealogy(tx, stored.record, viewer),
        await small_pictures(tx, identifiers, [file.url for file in stored.files]),
        await _comments(tx, stored.record, viewer, identifiers),
        others,
        await _project(tx, stored),
    )


async def _project(tx: Tx, stored: StoredExperience) -> ActorRecord | None:
    url = stored.experience.project
    found = await tx.actors.by_url(url) if url else None
    return found if found is not None and found.state == "active" else None


async def _carrier(tx: Tx, stored: StoredExperience) -> ActorRecord | None:
    """The organisation behind it, when it is not the author itself."""
    url = stored.experience.carried_by
    return await tx.actors.by_url(url) if url and url != stored.author.url else None


async def _comments(
    tx: Tx, record: ObjectRecord, viewer: ActorRecord | None, identifiers: Identifiers
) -> tuple[Comment, ...]:
    """The conversation below an experience, each answer behind what it answers."""
    conversation = identifiers.conversation(record.id)
    found = await tx.objects.conversation(conversation, after=record.id, limit=MAX_COMMENTS)
    direct = await tx.objects.replies(record.url, limit=MAX_COMMENTS)
    records = {one.id: one for one in (*found, *direct)}
    visible = await filter_visible(tx, [records[key] for key in sorted(records)], viewer)
    posts = {post.record.url: post for post in await posts_of(tx, visible)}
    return tuple(_threaded(record.url, posts, 0, set()))


def _threaded(url: str, posts: Mapping[str, Post], depth: int, seen: set[str]) -> list[Comment]:
    found: list[Comment] = []
    for post in posts.values():
        if post.record.in_reply_to == url and post.record.url not in seen:
            seen.add(post.record.url)
            found.append(Comment(post, min(depth, MAX_DEPTH)))
            found += _threaded(post.record.url, posts, depth + 1, seen)
    return found


def _name(actor: ActorRecord) -> str:
    return actor.name or actor.username
