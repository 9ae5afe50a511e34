"""Experiences as the documents that we publish; pure builders, undone by `wire.experience_of`."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

from actors.documents import wire_time
from actors.identifiers import Identifiers
from federation.documents import Document
from federation.vocabulary import CONTEXT, PUBLIC
from objects.experiences.fields import LICENCES, Experience
from objects.experiences.sections import Concepts, concept_name, render_content, render_markdown
from objects.experiences.wire import experience_of
from objects.notes import collections, in_project, policy, preview
from objects.text import normalise_hashtag
from objects.visibility import addressing
from storage.records import ActorRecord

__all__ = ["completed", "experience_document", "experience_of", "hashtags", "with_terms"]

MAX_HASHTAGS: Final = 10
MAX_HASHTAG: Final = 60
_ASIDE: Final = re.compile(r"\([^()]*\)")
_WORD: Final = re.compile(r"[^\W_]+")


def experience_document(
    experience: Experience,
    author: ActorRecord,
    object_id: int,
    identifiers: Identifiers,
    now: int,
    *,
    concepts: Concepts,
    attachments: Sequence[dict[str, Any]] = (),
    published: int | None = None,
    people: Sequence[ActorRecord] = (),
    group: ActorRecord | None = None,
) -> dict[str, Any]:
    """The Article of an experience, with `@context`.

    `now` in milliseconds; `published` is when its first version was, for a later one. `people`
    are addressed and mentioned: co-authors, and the authors of what it was made from. `group` is
    the project in which it is published.
    """
    url = identifiers.object(object_id)
    conversation = identifiers.conversation(object_id)
    first = now if published is None else published
    to, cc = addressing(experience.reach, author.followers_url, [person.url for person in people])
    if group is not None:
        to, cc = in_project(group, experience.reach, to, cc)
    open_to_all = experience.reach == "public"
    others = [c.url for c in experience.contributors if c.url != author.url]
    return {
        "@context": CONTEXT,
        "id": url,
        "type": "Article",
        "attributedTo": [author.url, *others] if others else author.url,
        "name": experience.title,
        **_texts(experience, concepts),
        "preview": preview(experience.title, experience.summary, author, url, first),
        "url": url,
        "published": wire_time(first),
        **({"updated": wire_time(now)} if published is not None else {}),
        "to": to,
        "cc": cc,
        "inReplyTo": None,
        "context": conversation,
        "conversation": conversation,
        "sensitive": False,
        "tag": [*_hashtag_tags(experience, concepts, identifiers), *_mentions(people)],
        "attachment": list(attachments),
        "interactionPolicy": policy(experience.reach, author),
        **({"searchableBy": [PUBLIC]} if open_to_all else {}),
        **({"audience": group.url} if group is not None else {}),
        **collections(url, identifiers),
        **with_terms(experience, author.url),
    }


def completed(
    document: dict[str, Any],
    experience: Experience,
    concepts: Concepts,
    identifiers: Identifiers,
) -> dict[str, Any]:
    """The document of an experience that a client wrote, with content and hashtags if it had none.

    Its own terms stay as it wrote them.
    """
    whole = dict(document)
    whole.setdefault("cmt:kind", _link("cmt:Experience"))
    if PUBLIC in Document(document).ids("to"):
        whole.setdefault("searchableBy", [PUBLIC])
    if not whole.get("content"):
        whole |= _texts(experience, concepts)
    if not whole.get("tag"):
        whole["tag"] = _hashtag_tags(experience, concepts, identifiers)
    return whole


def with_terms(experience: Experience, author_url: str) -> dict[str, Any]:
    """The structured fields; what is empty is left out, what we do not know is sent again."""
    e = experience
    terms: dict[str, Any] = {
        "cmt:kind": _link("cmt:Experience"),
        "cmt:context": e.context,
        "schema:audience": _audience(e),
        "schema:teaches": list(e.objectives),
        "cmt:modality": _links(e.modalities),
        "cmt:approach": e.approach,
        "schema:instrument": [_thing(tool.name, tool.url) for tool in e.tools],
        "schema:duration": e.duration,
        "startTime": f"{e.starts}T00:00:00Z" if e.starts else "",
        "endTime": f"{e.ends}T00:00:00Z" if e.ends else "",
        "cmt:rhythm": e.rhythm,
        "cmt:means": [_filled({"cmt:role": m.role, "cmt:days": m.days}) for m in e.means],
        "schema:funding": _funding(e),
        "cmt:result": e.results,
        "cmt:indicator": [_indicator(e, place) for place in range(len(e.indicators))],
        "cmt:caveat": e.caveats,
        "cmt:noCaveat": e.no_caveats or None,
        "cmt:successFactor": e.success_factors,
        "cmt:transferability": _filled(
            {"cmt:level": e.transferability, "cmt:conditions": e.transferability_conditions}
        ),
        "cmt:next": e.next_steps,
        "schema:accessibilityFeature": e.accessibility,
        "schema:contributor": [_thing(partner.name, partner.url) for partner in e.partners],
        "location": _place(e),
        "prov:qualifiedAttribution": _attributions(e, author_url),
        "cmt:carriedBy": _link(e.carried_by),
        "schema:contactPoint": e.contact,
        "schema:creativeWorkStatus": _link(e.maturity),
        "schema:license": _link(licence_address(e.licence)),
        "schema:about": _links(e.themes),
        "prov:wasDerivedFrom": _link(e.adapted_from),
        "schema:isBasedOn": _link(e.adapted_from),
        "cmt:adaptations": e.adaptations,
        "cmt:resultHere": e.result_here,
        "prov:wasGeneratedBy": _link(e.project),
    }
    return _with_unknown(_filled(terms), e.unknown)


def licence_address(licence: str) -> str:
    """The address of a licence: that of its text, else of its page at SPDX."""
    if not licence or "://" in licence:
        return licence
    return LICENCES.get(licence) or f"https://spdx.org/licenses/{quote(licence)}.html"


def hashtags(experience: Experience, concepts: Concepts) -> list[str]:
    """Hashtags without `#` from the French names of what classifies an experience.

    `Illettrisme et compétences clés` becomes `IllettrismeEtCompétencesClés`, as people write
    hashtags and Mastodon reads them.
    """
    uris = (*experience.themes, *experience.modalities, *experience.publics)
    named = (concept_name(uri, concepts, "fr") for uri in uris if uri in concepts)
    found = {normalise_hashtag(tag): tag for tag in map(_hashtag, named) if tag}
    return list(found.values())[:MAX_HASHTAGS]


def _hashtag(name: str) -> str:
    words = _WORD.findall(_ASIDE.sub(" ", name)) or _WORD.findall(name)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if joined and not joined.isdigit() and len(joined) <= MAX_HASHTAG else ""


def _hashtag_tags(
    experience: Experience, concepts: Concepts, identifiers: Identifiers
) -> list[dict[str, str]]:
    return [
        {
            "type": "Hashtag",
            "name": f"#{name}",
            "href": identifiers.tag(quote(normalise_hashtag(name))),
        }
        for name in hashtags(experience, concepts)
    ]


def _mentions(people: Sequence[ActorRecord]) -> list[dict[str, str]]:
    return [
        {"type": "Mention", "href": person.url, "name": f"@{person.account}"} for person in people
    ]


def _texts(experience: Experience, concepts: Concepts) -> dict[str, Any]:
    html = render_content(experience, concepts)
    markdown = render_markdown(experience, concepts)
    return {
        "summary": experience.summary,
        "content": html,
        "contentMap": {experience.language or "fr": html},
        "source": {"content": markdown, "mediaType": "text/markdown"},
    }


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing; zero and false say something."""
    return {name: v for name, v in values.items() if v not in (None, "") and v != [] and v != {}}


def _with_unknown(terms: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    """Terms of others beside ours, never in the place of one of ours."""
    whole = dict(terms)
    for name, value in unknown.items():
        known = whole.setdefault(name, value)
        if isinstance(known, dict) and isinstance(value, dict):
            whole[name] = {**value, **known}
    return whole


def _link(uri: str) -> dict[str, str] | None:
    """A reference that JSON-LD reads as one, under terms that no context types."""
    return {"id": uri} if uri else None


def _links(uris: Iterable[str]) -> list[dict[str, str]]:
    return [{"id": uri} for uri in uris]


def _thing(name: str, url: str) -> dict[str, str]:
    return _filled({"name": name, "url": url})


def _audience(e: Experience) -> dict[str, Any]:
    said = {
        "cmt:public": _links(e.publics),
        "cmt:number": e.public_number,
        "schema:description": e.public_details,
    }
    filled = _filled(said)
    return {"type": "schema:Audience", **filled} if filled else {}


def _funding(e: Experience) -> dict[str, Any]:
    said = {
        "schema:minValue": e.cost_from,
        "schema:maxValue": e.cost_to,
        "schema:funder": e.funder,
    }
    filled = _filled(said)
    if {"schema:minValue", "schema:maxValue"} & filled.keys():
        filled["schema:currency"] = "EUR"
    return filled


def _indicator(e: Experience, place: int) -> dict[str, Any]:
    row = e.indicators[place]
    return _filled(
        {
            "name": row.name,
            "cmt:before": row.before,
            "cmt:after": row.after,
            "cmt:source": row.source,
        }
    )


def _place(e: Experience) -> dict[str, Any]:
    said = _filled({"name": e.territory_name, "cmt:insee": e.territory})
    return {"type": "Place", **said} if said else {}


def _attributions(e: Experience, author_url: str) -> list[dict[str, Any]]:
    """Who had which role; authors without one are in `attributedTo` alone."""
    roles = [(author_url, e.author_role), *((c.url, c.role) for c in e.contributors)]
    return [
        {"type": "prov:Attribution", "prov:agent": _link(url), "prov:hadRole": _link(role)}
        for url, role in roles
        if role
    ]
