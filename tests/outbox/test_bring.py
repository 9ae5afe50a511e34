"""Everything of a member goes to another node and comes up there as it was."""

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from objects.archive.container import END, whole
from objects.archive.writing import ArchiveSources, archive
from objects.choices import MailChoices, mail_choices, save_mail_choices
from objects.experiences.fields import Experience, from_json
from objects.media import store_upload
from outbox.acts.bring import Bringer, Brought
from outbox.acts.experiences import publish_experience
from storage.drafts import DraftRecord
from storage.ids import new_id
from storage.records import ObjectRecord
from tests.objects.experiences.made_up import FULL
from tests.support.fediverse import LocalNode, Network

ALONE = {"contributors": (), "adapted_from": "", "adaptations": "", "result_here": ""}
DAY_MS = 24 * 3_600_000


async def archive_of(node: LocalNode, username: str) -> bytes:
    """The tar of somebody here."""
    sources = ArchiveSources(node.store, node.services.identifiers, node.services.files, "1.0")
    actor = await node.person(username)
    return b"".join([part async for part in archive(sources, actor, node.clock.ms)])


def files_of(content: bytes) -> dict[str, bytes]:
    """The files of a tar by name."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        return {m.name: (tar.extractfile(m) or io.BytesIO()).read() for m in tar}


async def bring(node: LocalNode, username: str, content: bytes, folder: Path) -> Brought:
    """Bring an archive into an account."""
    path = folder / "archive.tar"
    path.write_bytes(content)
    actor = await node.person(username)
    bringer = Bringer(node.outbox, node.services.files, node.services.web.limits, actor)
    return await bringer.bring(path)


async def publish_old(node: LocalNode, username: str, experience: Experience) -> ObjectRecord:
    """Publish an experience of a year ago with a picture."""
    author = await node.person(username)
    media = await store_upload(
        node.store, node.services.files, node.services.web.limits, author, png(), "Un atelier",
        node.clock.ms,
    )  # fmt: skip
    return await publish_experience(
        node.outbox,
        author,
        experience,
        media_ids=(media.id,),
        published_at=node.clock.ms - 365 * DAY_MS,
        quiet=True,
    )


def alone(**changes: Any) -> Experience:
    """The full experience without people and originals of other servers."""
    values: dict[str, Any] = ALONE | {"unknown": {}, "carried_by": ""} | changes
    return replace(FULL, **values)


def png() -> bytes:
    """A small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (120, 90, 60)).save(buffer, "PNG")
    return buffer.getvalue()


async def test_an_archive_holds_what_the_format_asks_for(node: LocalNode) -> None:
    record = await publish_old(node, "amina", alone())
    await node.write("amina", "Un mot")
    files = files_of(await archive_of(node, "amina"))
    manifest = json.loads(files["manifest.yml"])
    assert manifest["ubc-version"] == 0.1
    assert manifest["meta"]["createdBy"]["controller"] == "https://node.example/users/amina"
    assert json.loads(files["activitypub/actor.json"])["preferredUsername"] == "amina"
    outbox = json.loads(files["activitypub/outbox.json"])
    assert outbox["totalItems"] == len(outbox["orderedItems"]) == 2
    assert {item["type"] for item in outbox["orderedItems"]} == {"Create"}
    document = json.loads(files[f"experiences/{record.id}.jsonld"])
    assert document["name"] == FULL.title
    markdown = files[f"experiences/{record.id}.md"].decode()
    assert FULL.title in markdown
    assert "Le bruit du chantier." in markdown
    assert [name for name in files if name.startswith("media/")] != []
    assert b"PRIVATE" not in b"".join(files.values())


async def test_an_archive_holds_nothing_of_others(node: LocalNode) -> None:
    bruno = await node.person("bruno")
    await node.write("bruno", "@amina Rien que pour toi", visibility="direct")
    await node.write("bruno", "Pour personne d’autre", visibility="followers")
    await publish_old(node, "bruno", alone(title="De Bruno", reach="organisation"))
    await node.store.write(lambda tx: tx.drafts.add(draft(bruno.id, "Brouillon de Bruno")))
    await node.services.fanout_worker.run_once()
    await node.work_inbox()
    content = await archive_of(node, "amina")
    for private in ("Rien que pour toi", "Pour personne", "De Bruno", "Brouillon de Bruno"):
        assert private.encode() not in content


def draft(owner_id: int, title: str) -> DraftRecord:
    """A draft."""
    return DraftRecord(
        new_id(), owner_id, owner_id, None, 0, json.dumps({"title": title}), "writing", None, "",
        1, 5, 5,
    )  # fmt: skip


async def test_texts_dates_and_files_come_up_on_another_node(
    network: Network, tmp_path: Path
) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina = await here.person("amina")
    before = await publish_old(here, "amina", alone())
    await here.store.write(lambda tx: tx.drafts.add(draft(amina.id, "Commencé")))
    await here.store.write(
        lambda tx: save_mail_choices(tx, amina.id, MailChoices({"thanks": "none"}, ("urn:x",)))
    )
    await here.ask_to_follow("amina", "greta@greta.example")
    await network.settle()
    content = await archive_of(here, "amina")
    brought = await bring(there, "amina2", content, tmp_path)
    assert (brought.experiences, brought.files, brought.drafts, brought.followed) == (1, 1, 1, 1)
    assert brought.problems == []
    newcomer = await there.person("amina2")
    ids = await there.store.query(lambda tx: tx.timelines.experiences_of(newcomer.id))
    after = await there.store.query(lambda tx: tx.objects.by_id(ids[0]))
    rows = await there.store.query(lambda tx: tx.experiences.by_ids(ids))
    assert after is not None
    assert after.published_at == before.published_at
    assert from_json(rows[ids[0]].fields).approach == FULL.approach
    assert from_json(rows[ids[0]].fields).indicators == FULL.indicators
    assert '"Un atelier"' in after.document
    chosen = await there.store.query(lambda tx: mail_choices(tx, newcomer.id))
    assert chosen.rhythm("thanks") == "none"
    drafts = await there.store.query(lambda tx: tx.drafts.of_person(newcomer.id, None))
    assert [from_json(one.fields).title for one in drafts] == ["Commencé"]


async def test_bringing_it_twice_doubles_nothing(network: Network, tmp_path: Path) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina = await here.person("amina")
    await publish_old(here, "amina", alone())
    await here.store.write(lambda tx: tx.drafts.add(draft(amina.id, "Commencé")))
    content = await archive_of(here, "amina")
    await bring(there, "amina2", content, tmp_path)
    again = await bring(there, "amina2", content, tmp_path)
    assert (again.experiences, again.known, again.drafts) == (0, 1, 0)


async def test_nobody_is_told_of_what_was_brought(network: Network, tmp_path: Path) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    await there.person("amina2")
    await there.ask_to_follow("paul", "amina2@mfr.example")
    await network.settle()
    await publish_old(here, "amina", alone())
    await bring(there, "amina2", await archive_of(here, "amina"), tmp_path)
    await network.settle()
    assert await there.home("paul") == []
    assert "mention" not in await there.notified("paul")


async def test_people_and_originals_that_cannot_be_found_are_said(
    network: Network, tmp_path: Path
) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    record = await publish_old(here, "amina", alone())
    content = await archive_of(here, "amina")
    name = f"experiences/{record.id}.jsonld"
    files = files_of(content)
    document = json.loads(files[name])
    document["prov:wasDerivedFrom"] = "https://gone.example/objects/1"
    document["schema:isBasedOn"] = "https://gone.example/objects/1"
    files[name] = json.dumps(document).encode()
    forged = b"".join(whole(n, c, 1) for n, c in files.items()) + END
    brought = await bring(there, "amina2", forged, tmp_path)
    assert brought.experiences == 1
