"""What leaves, activity by activity: pure functions, ten lines each."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.vocabulary import PUBLIC
from outbox.builders import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    flag,
    follow,
    like,
    move,
    reject,
    remove,
    undo,
    update,
)
from tests.support.factories import Json

ME, YOU = "https://node.example/users/greta", "https://far.example/users/luc"
NOTE = "https://far.example/notes/1"
FOLLOWERS = f"{ME}/followers"


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (follow.build(YOU), {"type": "Follow", "object": YOU, "to": [YOU]}),
        (block.build(YOU), {"type": "Block", "object": YOU, "to": [YOU]}),
        (like.build(NOTE, YOU), {"type": "Like", "object": NOTE, "to": [YOU]}),
        (
            announce.build(NOTE, [PUBLIC], [YOU]),
            {"type": "Announce", "object": NOTE, "to": [PUBLIC], "cc": [YOU]},
        ),
        (
            move.build(ME, YOU, FOLLOWERS),
            {"type": "Move", "object": ME, "target": YOU, "to": [FOLLOWERS]},
        ),
        (delete.build_actor(ME), {"type": "Delete", "object": ME, "to": [PUBLIC]}),
        (
            flag.build(YOU, [NOTE], "Insultes"),
            {"type": "Flag", "object": [YOU, NOTE], "content": "Insultes", "to": [YOU]},
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_an_activity_is_built(built: Json, expected: Json) -> None:
    assert built == expected


@pytest.mark.parametrize(("build", "kind"), [(accept.build, "Accept"), (reject.build, "Reject")])
def test_an_answer_carries_the_request(build: Callable[[Any, str], Json], kind: str) -> None:
    request = {"type": "Follow", "id": f"{YOU}#1", "actor": YOU, "object": ME}
    assert build(request, YOU) == {"type": kind, "object": request, "to": [YOU]}


@pytest.mark.parametrize(("build", "kind"), [(add.build, "Add"), (remove.build, "Remove")])
def test_a_collection_is_the_target(build: Callable[..., Json], kind: str) -> None:
    built = build(NOTE, f"{ME}/featured", [PUBLIC], [FOLLOWERS])
    assert (built["type"], built["object"], built["target"]) == (kind, NOTE, f"{ME}/featured")
    assert (built["to"], built["cc"]) == ([PUBLIC], [FOLLOWERS])


def test_a_create_is_addressed_like_its_object_and_carries_one_context() -> None:
    note = {"@context": "x", "id": NOTE, "to": [PUBLIC], "cc": [YOU], "published": "2026-01-01"}
    built = create.build(note)
    assert (built["to"], built["cc"], built["published"]) == ([PUBLIC], [YOU], "2026-01-01")
    assert "@context" not in built["object"]


def test_a_vote_is_a_name_and_nothing_else() -> None:
    built = create.build_vote("https://n/1#vote", ME, "Oui", NOTE, [YOU])
    assert built["object"]["name"] == "Oui"
    assert "content" not in built["object"]
    assert built["to"] == built["object"]["to"] == [YOU]


def test_a_deleted_object_leaves_a_tombstone() -> None:
    built = delete.build_object(NOTE, "Note", [PUBLIC], [])
    assert built["object"] == {"id": NOTE, "type": "Tombstone", "formerType": "Note"}


def test_an_undo_carries_the_activity_without_proof_and_context() -> None:
    done = {"@context": "x", "proof": {}, "id": "https://n/a/1", "type": "Like", "object": NOTE}
    built = undo.build(done, [YOU])
    assert built["object"] == {"id": "https://n/a/1", "type": "Like", "object": NOTE}
    assert "cc" not in built
    assert undo.build(done, [YOU], [PUBLIC])["cc"] == [PUBLIC]


def test_an_update_carries_the_whole_new_document() -> None:
    built = update.build({"@context": "x", "id": ME, "name": "Greta"}, [PUBLIC], [FOLLOWERS])
    assert built["object"] == {"id": ME, "name": "Greta"}
