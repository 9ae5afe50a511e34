"""Schema.org's view of an experience, for search engines and catalogues of learning resources."""

from typing import Any

import orjson

from actors.documents import wire_time
from actors.identifiers import Identifiers
from objects.text import plain_text
from storage.records import ActorRecord
from web.public.sheet import Person, Sheet


def json_ld(sheet: Sheet, site_name: str, identifiers: Identifiers) -> dict[str, Any]:
    """A `LearningResource` with its people, subjects, licence, place and origin."""
    e, record = sheet.experience, sheet.record
    pictures = [
        file.url
        for file in sheet.stored.files
        if file.media_type.startswith("image/") and identifiers.is_local(file.url)
    ]
    values: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["LearningResource", "Article"],
        "@id": record.url,
        "url": record.url,
        "headline": e.title,
        "name": e.title,
        "description": e.summary,
        "inLanguage": e.language,
        "datePublished": wire_time(record.published_at),
        "dateModified": wire_time(record.edited_at or record.published_at),
        "author": [_person(person) for person in sheet.people],
        "publisher": {"@type": "Organization", "name": site_name, "url": identifiers.home_page},
        "sourceOrganization": _organisation(sheet.carrier),
        "license": sheet.licence_url,
        "isAccessibleForFree": True,
        "image": [*pictures, f"{record.url}.png"],
        "learningResourceType": "experience report",
        "teaches": list(e.objectives),
        "audience": [
            {"@type": "EducationalAudience", "audienceType": name}
            for name in sheet.named(e.publics, e.language)
        ],
        "about": [
            {"@type": "DefinedTerm", "@id": uri, "name": name}
            for uri, name in zip(e.themes, sheet.named(e.themes, e.language), strict=True)
        ],
        "creativeWorkStatus": next(iter(sheet.named((e.maturity,), e.language)), "")
        if e.maturity
        else "",
        "timeRequired": e.duration,
        "spatialCoverage": {"@type": "Place", "name": e.territory_name}
        if e.territory_name
        else None,
        "isBasedOn": e.adapted_from,
        "commentCount": record.replies_count,
        "articleBody": plain_text(record.content)[:5_000],
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def script_text(data: dict[str, Any]) -> str:
    """JSON for a `<script>` of data: nothing in it can end the element or begin another."""
    text = orjson.dumps(data).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _person(person: Person) -> dict[str, Any]:
    kind = "Organization" if person.actor and person.actor.type == "Organization" else "Person"
    return {"@type": kind, "name": person.name, "url": person.url}


def _organisation(actor: ActorRecord | None) -> dict[str, Any] | None:
    if actor is None:
        return None
    return {"@type": "Organization", "name": actor.name, "url": actor.html_url or actor.url}
