"""An experience as one Markdown file with a head of facts, to keep or to paste elsewhere."""

from collections.abc import Mapping

import orjson

from actors.documents import wire_time
from objects.experiences.fields import LICENCES, Experience
from objects.experiences.sections import concept_name, escaped, render_markdown
from storage.concepts import Concept
from storage.records import ActorRecord, ObjectRecord


def named(experience: Experience) -> tuple[str, ...]:
    """The URIs of every concept that an experience names."""
    e = experience
    roles = (e.author_role, *(person.role for person in e.contributors))
    found = (*e.publics, *e.modalities, *e.themes, e.maturity, *roles)
    return tuple(dict.fromkeys(uri for uri in found if uri))


def experience_markdown(
    experience: Experience,
    record: ObjectRecord,
    author: ActorRecord,
    concepts: Mapping[str, Concept],
) -> str:
    """The whole in its own language; the head is YAML, its values written as JSON."""
    head = _head(experience, record, author, concepts)
    body = render_markdown(experience, concepts)
    return f"{head}\n\n# {escaped(experience.title)}\n\n{body}\n"


def _head(
    e: Experience, record: ObjectRecord, author: ActorRecord, concepts: Mapping[str, Concept]
) -> str:
    values = {
        "title": e.title,
        "url": record.url,
        "author": author.name or author.username,
        "account": author.account,
        "carried_by": e.carried_by,
        "published": wire_time(record.published_at),
        "updated": wire_time(record.edited_at) if record.edited_at else "",
        "licence": e.licence,
        "licence_url": LICENCES.get(e.licence, ""),
        "language": e.language,
        "themes": [concept_name(uri, concepts, e.language) for uri in e.themes],
        "adapted_from": e.adapted_from,
    }
    rows = [f"{name}: {orjson.dumps(value).decode()}" for name, value in values.items() if value]
    return "\n".join(["---", *rows, "---"])
