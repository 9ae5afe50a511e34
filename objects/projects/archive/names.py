"""Where everything is in the archive of a project, and `manifest.yml` (FEP-6fcd) that says so."""

from typing import Any, Final

import orjson

from actors.documents import wire_time
from storage.records import ActorRecord

MANIFEST: Final = "manifest.yml"
README: Final = "README.md"
JOURNAL: Final = "journal.md"
ACTOR: Final = "project/actor.json"
SPACE: Final = "project/space.json"
MEMBERS: Final = "project/members.json"
ORDER: Final = "project/journal.json"
ENTRIES: Final = "entries/"
MEDIA: Final = "media/"

_FEP: Final = "https://w3id.org/fep/6fcd"
_STREAMS: Final = "https://www.w3.org/TR/activitystreams-core"
_CONTENTS: Final[dict[str, Any]] = {
    MANIFEST: {"url": f"{_FEP}#manifest-file"},
    README: {"description": "The project and its members, to read."},
    JOURNAL: {"description": "Everything that was written in it, in order, to read."},
    "project": {
        "contents": {
            "actor.json": {"url": "https://www.w3.org/TR/activitypub/#actor-objects"},
            "space.json": {"description": "State, way of joining, reach and fields."},
            "members.json": {"url": f"{_STREAMS}/#collections"},
            "journal.json": {"url": f"{_STREAMS}/#collections"},
        }
    },
    "entries": {"description": "Each entry as JSON-LD and as Markdown, counted in order."},
    "media": {"description": "The files of the entries and the pictures of the project."},
}


def stem_of(number: int | None, object_id: int) -> str:
    """The name of an entry in the archive, without its ending; sorted as the journal is.

    `number` counts the entries of the archive; None for what still waits for the project's site.
    """
    place = f"{number:06d}" if number else "waiting"
    return f"{ENTRIES}{place}-{object_id}"


def manifest(group: ActorRecord, by: ActorRecord, software: tuple[str, str], now: int) -> bytes:
    """The manifest of a project's archive that `by` made; `software`: version and address."""
    version, origin = software
    document = {
        "ubc-version": 0.1,
        "meta": {
            "created": wire_time(now),
            "createdBy": {
                "controller": group.url,
                "author": by.url,
                "client": {"name": "Communotic", "version": version, "url": origin},
            },
        },
        "contents": _CONTENTS,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)
