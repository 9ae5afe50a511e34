"""Names of ActivityStreams and its neighbours, and the JSON-LD context that we publish."""

from collections.abc import Mapping
from typing import Any, Final

ACTIVITYSTREAMS: Final = "https://www.w3.org/ns/activitystreams"
PUBLIC: Final = ACTIVITYSTREAMS + "#Public"
COMMUNOTIC: Final = "https://communotic.normandie.fr/ns#"
NETWORK: Final = COMMUNOTIC + "Network"
"""The members of the network's servers, as an audience."""
ORGANISATION: Final = COMMUNOTIC + "Organisation"
"""The members of the author's own server, as an audience; nothing of it is ever sent."""
PROJECT: Final = COMMUNOTIC + "Project"
"""The members of the project that an object's `audience` names, as an audience."""

ACTIVITY_JSON: Final = "application/activity+json"
LD_JSON: Final = f'application/ld+json; profile="{ACTIVITYSTREAMS}"'

ACTOR_TYPES: Final = frozenset({"Application", "Group", "Organization", "Person", "Service"})

ACTIVITY_TYPES: Final = frozenset(
    {
        "Accept", "Add", "Announce", "Arrive", "Block", "Create", "Delete", "Dislike",
        "EmojiReact", "Flag", "Follow", "Ignore", "Invite", "Join", "Leave", "Like", "Listen",
        "Move", "Offer", "Question", "QuoteRequest", "Read", "Reject", "Remove",
        "TentativeAccept", "TentativeReject", "Travel", "Undo", "Update", "View",
    }
)  # fmt: skip

_INLINE: Final[dict[str, Any]] = {
    "toot": "http://joinmastodon.org/ns#",
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "gts": "https://gotosocial.org/ns#",
    "cmt": COMMUNOTIC,
    "Hashtag": "as:Hashtag",
    "sensitive": "as:sensitive",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    # Mastodon writes schema.org with http and a hash; readers compare it as text.
    "PropertyValue": "http://schema.org#PropertyValue",
    "value": "http://schema.org#value",
    "Emoji": "toot:Emoji",
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "memorial": "toot:memorial",
    "suspended": "toot:suspended",
    "attributionDomains": "toot:attributionDomains",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "votersCount": "toot:votersCount",
    "searchableBy": {"@id": "http://fedibird.com/ns#searchableBy", "@type": "@id"},
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id"},
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canLike": {"@id": "gts:canLike", "@type": "@id"},
    "canReply": {"@id": "gts:canReply", "@type": "@id"},
    "canAnnounce": {"@id": "gts:canAnnounce", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    # The multikey context leaves out the property that holds the keys (FEP-521a).
    "assertionMethod": {
        "@id": "https://w3id.org/security#assertionMethod",
        "@type": "@id",
        "@container": "@set",
    },
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    # How Fedibird and Misskey say it; both are read by many more.
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "postingRestrictedToMods": "https://join-lemmy.org/ns#postingRestrictedToMods",
    "moderators": {"@id": "https://join-lemmy.org/ns#moderators", "@type": "@id"},
}
# What projects and events say, and collections that may hold them.
_OF_PROJECTS_AND_EVENTS: Final[dict[str, Any]] = {
    "members": {"@id": "cmt:members", "@type": "@id"},
    "openness": "https://joinmobilizon.org/ns#openness",
    # Events: FEP-8a8e, and the names under which Mobilizon knows the same.
    "ical": "http://www.w3.org/2002/12/cal/ical#",
    "status": "ical:status",
    "timezone": "https://w3id.org/fep/8a8e/timezone",
    "displayEndTime": "https://w3id.org/fep/8a8e/displayEndTime",
    "organizers": {"@id": "https://w3id.org/fep/8a8e/organizers", "@type": "@id"},
    "eventStatus": {"@id": "https://w3id.org/fep/8a8e/eventStatus", "@type": "@vocab"},
    "EventScheduled": "https://w3id.org/fep/8a8e/EventScheduled",
    "EventTentative": "https://w3id.org/fep/8a8e/EventTentative",
    "EventCancelled": "https://w3id.org/fep/8a8e/EventCancelled",
    "joinMode": "https://w3id.org/fep/8a8e/joinMode",
    "externalParticipationUrl": "https://w3id.org/fep/8a8e/externalParticipationUrl",
    "category": "https://w3id.org/fep/8a8e/category",
    "maximumAttendeeCapacity": "schema:maximumAttendeeCapacity",
    "remainingAttendeeCapacity": "schema:remainingAttendeeCapacity",
    "participantCount": "https://joinmobilizon.org/ns#participantCount",
    "address": "schema:address",
    "PostalAddress": "schema:PostalAddress",
    "streetAddress": "schema:streetAddress",
    "postalCode": "schema:postalCode",
    "addressLocality": "schema:addressLocality",
    "addressCountry": "schema:addressCountry",
    "VirtualLocation": "schema:VirtualLocation",
    "isOnline": "https://joinmobilizon.org/ns#isOnline",
    "draft": "https://joinmobilizon.org/ns#draft",
    "repliesModerationOption": "https://joinmobilizon.org/ns#repliesModerationOption",
    "commentsEnabled": "https://joinpeertube.org/ns#commentsEnabled",
}

# Contexts that every peer caches, then our terms inline: a context address of our own would
# have to be fetched, and several peers drop in silence what they cannot load.
_CACHED: Final = [
    ACTIVITYSTREAMS,
    "https://w3id.org/security/v1",
    "https://w3id.org/security/data-integrity/v1",
    "https://w3id.org/security/multikey/v1",
]
CONTEXT: Final[list[Any]] = [*_CACHED, _INLINE | _OF_PROJECTS_AND_EVENTS]
_ORDINARY: Final[list[Any]] = [*_CACHED, _INLINE]
_RICH: Final = frozenset({"Event", "Group"})


def context_of(document: Mapping[str, Any]) -> list[Any]:
    """The context of an object or activity of ours: a shorter one where nothing needs all of it.

    Most are notes and reactions, which are signed, stored and sent many times.
    """
    inside: Any = document
    while isinstance(inside, Mapping):
        types = inside.get("type")
        named = types if isinstance(types, list) else [types]
        if any(isinstance(one, str) and one in _RICH for one in named):
            return CONTEXT
        inside = inside.get("object")
    return _ORDINARY


def is_activity_content_type(value: str) -> bool:
    """Whether a `Content-Type` announces ActivityStreams (SECURITY.md, rule 3)."""
    media_type, _, rest = value.partition(";")
    match media_type.strip().lower():
        case "application/activity+json":
            return True
        case "application/ld+json":
            return ACTIVITYSTREAMS in _profiles(rest)
    return False


def _profiles(parameters: str) -> list[str]:
    """The addresses in the `profile` parameter, which may list several."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "profile":
            return value.strip().strip('"').split()
    return []
