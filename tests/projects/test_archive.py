"""The archive of a project: whole, in order, readable without the software, for members only."""

import io
import tarfile
from pathlib import Path

import orjson
import pytest

from objects.archive.writing import ArchiveSources
from objects.projects import entries, fields, labels
from objects.projects.archive import names
from objects.projects.archive.writing import BATCH, export_project
from objects.projects.membership import NotAllowed
from storage.records import MediaRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project


async def unpacked(space: ProjectSpace, node: LocalNode, username: str) -> dict[str, bytes]:
    """The files of the archive that somebody takes of a project."""
    services = node.services
    sources = ArchiveSources(services.store, services.identifiers, services.files, "1.0")
    member = await node.person(username)
    group = await space.group(node)
    parts = [part async for part in export_project(sources, group, member, node.clock.ms)]
    with tarfile.open(fileobj=io.BytesIO(b"".join(parts))) as tar:
        found = {member.name: tar.extractfile(member) for member in tar.getmembers()}
        return {name: opened.read() for name, opened in found.items() if opened is not None}


@pytest.fixture
async def space(network: Network) -> ProjectSpace:
    """A members-only project with a partner on another node."""
    space = await open_project(
        network, await network.node("alpha"), reach="project", purpose="Former **mieux**."
    )
    await space.invite(await network.node("beta"), "bruno")
    return space


async def test_it_holds_the_space_its_members_and_every_entry_in_order(
    space: ProjectSpace,
) -> None:
    alpha, beta = space.network.nodes.values()
    one = await space.write(beta, "bruno", "Le casque est arrivé.", title="Matériel")
    await space.network.settle()
    two = await space.write(alpha, "lea", "On commence *lundi*.", "decision")
    await space.network.settle()
    files = await unpacked(space, alpha, "lea")
    order = orjson.loads(files[names.ORDER])["orderedItems"]
    assert [item["id"] for item in order] == [one.url, two.url]
    assert 0 < order[0]["cmt:position"] < order[1]["cmt:position"]
    documents = [orjson.loads(files[item["file"]]) for item in order]
    assert [document["id"] for document in documents] == [one.url, two.url]
    assert orjson.loads(files[names.ACTOR])["cmt:purpose"] == "Former **mieux**."
    people = orjson.loads(files[names.MEMBERS])["orderedItems"]
    assert {(p["account"], p["cmt:role"]) for p in people} == {
        ("lea@alpha.example", "lead"),
        ("bruno@beta.example", "partner"),
    }
    assert orjson.loads(files[names.SPACE])["reach"] == "project"
    readme, journal = files[names.README].decode(), files[names.JOURNAL].decode()
    assert "Former **mieux**." in readme
    assert "Bruno (bruno@beta.example) | partenaire" in readme
    assert journal.index("## Avancement\u00a0: Matériel") < journal.index("## Décision")
    assert "On commence *lundi*." in journal


async def test_a_partner_takes_what_arrived_on_their_own_server(space: ProjectSpace) -> None:
    alpha, beta = space.network.nodes.values()
    for number in range(BATCH + 3):
        await space.write(alpha, "lea", f"Note {number}.")
    await space.network.settle()
    waiting = await space.write(beta, "bruno", "Pas encore passée.")
    files = await unpacked(space, beta, "bruno")
    order = orjson.loads(files[names.ORDER])["orderedItems"]
    *numbers, last = (item["cmt:position"] for item in order)
    assert (len(numbers), last) == (BATCH + 3, 0)
    assert numbers == sorted(set(numbers))
    assert order[-1]["id"] == waiting.url
    assert files[names.stem_of(None, waiting.id) + ".md"]


async def test_files_are_in_it_once_and_the_text_leads_to_them(
    space: ProjectSpace, tmp_path: Path
) -> None:
    alpha = space.host
    lea = await alpha.person("lea")
    media = MediaRecord(
        77, lea.id, None, "a" * 64 + ".png", "image/png", "Plan de l’atelier", "", 1, 1, 3, None,
        None, alpha.clock.ms,
    )  # fmt: skip
    path = alpha.services.files.path(media.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"png")
    await alpha.store.write(lambda tx: tx.ledger.add_media(media))
    await space.write(alpha, "lea", "Voir le plan.", media_ids=(77,))
    files = await unpacked(space, alpha, "lea")
    assert files[f"media/{media.file}"] == b"png"
    link = f"[Plan de l’atelier](<media/{media.file}>)"
    assert link in files[names.JOURNAL].decode()
    [entry] = [name for name in files if name.startswith(names.ENTRIES) and name.endswith(".md")]
    assert f"(<../media/{media.file}>)" in files[entry].decode()


async def test_an_address_in_an_entry_brings_no_file_of_others(space: ProjectSpace) -> None:
    alpha, beta = space.network.nodes.values()
    services, paul = alpha.services, await alpha.person("paul")
    private = b"x" * 10
    path = services.files.path("b" * 64 + ".png")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(private)
    media = MediaRecord(
        78, paul.id, None, path.name, "image/png", "", "", 1, 1, 10, None, None, alpha.clock.ms
    )
    await alpha.store.write(lambda tx: tx.ledger.add_media(media))
    stolen = {"type": "Document", "mediaType": "image/png",
              "url": services.identifiers.media(path.name)}  # fmt: skip
    posted = {"type": "Note", "content": "Tiens.", "audience": space.url, "attachment": [stolen]}
    await beta.act("bruno", posted)
    await space.network.settle()
    files = await unpacked(space, alpha, "lea")
    assert private not in files.values()


async def test_nobody_but_members_takes_a_copy(space: ProjectSpace) -> None:
    await space.write(space.host, "lea", "Entre nous.")
    with pytest.raises(NotAllowed):
        await unpacked(space, space.host, "paul")


async def test_invitations_that_wait_are_for_leads_alone(space: ProjectSpace) -> None:
    from outbox.acts.projects.belonging import invite

    alpha, beta = space.network.nodes.values()
    paul = await alpha.person("paul")
    lea = await alpha.person("lea")
    await invite(alpha.outbox, lea, await space.group(alpha), paul, "observer")
    mine = orjson.loads((await unpacked(space, alpha, "lea"))[names.MEMBERS])
    theirs = orjson.loads((await unpacked(space, beta, "bruno"))[names.MEMBERS])
    assert ("paul@alpha.example", "invited") in {
        (p["account"], p["cmt:state"]) for p in mine["orderedItems"]
    }
    assert len(theirs["orderedItems"]) == 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everything_that_can_be_said_of_an_entry_has_a_name(language: str) -> None:
    states = {state for found in entries.STATES.values() for state in found}
    keys = [
        *(f"kind.{kind}" for kind in entries.KINDS),
        *(f"entry.{state}" for state in states),
        *(f"role.{role}" for role in fields.ROLES),
        *(f"state.{state}" for state in fields.STATES),
        *(f"reach.{reach}" for reach in (*fields.PROJECT_REACHES, "unlisted")),
    ]
    assert [key for key in keys if not labels.label(key, language)] == []
