"""Documents as servers elsewhere send them; every value can be replaced, None takes it away."""

from itertools import count
from typing import Any

from federation.vocabulary import ACTIVITYSTREAMS, PUBLIC
from tests.support.signing import Remote

Json = dict[str, Any]
_numbers = count(1)


def profile(person: Remote, **changes: Any) -> Json:
    """Somebody's actor document with the collections that Mastodon's have."""
    return _changed(
        person.document(),
        {
            "name": person.url.rpartition("/")[2].title(),
            "followers": f"{person.url}/followers",
            "following": f"{person.url}/following",
            "outbox": f"{person.url}/outbox",
            "featured": f"{person.url}/collections/featured",
            **changes,
        },
    )


def note(author: Remote, text: str = "Bonjour", **changes: Any) -> Json:
    """A public note."""
    document = {
        "id": f"{author.url}/notes/{next(_numbers)}",
        "type": "Note",
        "attributedTo": author.url,
        "content": f"<p>{text}</p>",
        "published": "2026-11-18T08:00:00Z",
        "to": [PUBLIC],
        "cc": [f"{author.url}/followers"],
    }
    return _changed(document, changes)


def create(author: Remote, document: Json | str, **changes: Any) -> Json:
    """The `Create` of an object, addressed like it."""
    values = document if isinstance(document, dict) else {}
    return activity(author, "Create", document, to=values.get("to"), cc=values.get("cc"), **changes)


def activity(actor: Remote, kind: str, about: Any = None, /, **changes: Any) -> Json:
    """Any activity `about` something."""
    document = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{actor.url}/activities/{next(_numbers)}",
        "type": kind,
        "actor": actor.url,
        "object": about,
    }
    return _changed(document, changes)


def undo(done: Json, **changes: Any) -> Json:
    """The `Undo` of an activity, by its actor, with the activity in it."""
    document = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{done['id']}/undo-{next(_numbers)}",
        "type": "Undo",
        "actor": done["actor"],
        "object": done,
    }
    return _changed(document, changes)


def _changed(document: Json, changes: Json) -> Json:
    merged = {**document, **changes}
    return {name: value for name, value in merged.items() if value is not None}
