"""Drafts are their author's alone, and stay theirs when a project ends, moves or is left."""

import io
import tarfile

import orjson
import pytest

from objects.archive.writing import ArchiveSources, archive
from objects.projects.archive.writing import export_project
from outbox.acts.projects.belonging import leave, remove
from outbox.acts.projects.moving import move_space, prepare_home
from tests.projects.note_desk import TEXT, Desk, desk_of, form, partner
from tests.support.fediverse import LocalNode, Network, node_keys
from tests.support.projects import open_project
from tests.support.signed_in import post


@pytest.fixture
async def amina(network: Network, node: LocalNode) -> Desk:
    return await partner(network, node)


async def test_nobody_else_sees_a_draft(amina: Desk) -> None:
    await amina.send(title="Titre secret")
    (draft,) = await amina.drafts()
    lea = await desk_of(amina.space, "lea", "admin")
    pages = (
        "",
        f"?draft={draft.id}",
        "/drafts",
        "/dashboard",
        "/admin/projects/projet",
        "/admin/review",
    )
    for path in pages:
        assert "Titre secret" not in await lea.read(path), path
    for end in ("", "/delete"):
        await lea.read(f"/drafts/notes/{draft.id}{end}", 404)
    assert (await post(lea.client, f"/drafts/notes/{draft.id}/delete")).status_code == 404
    saved = await lea.autosave(draft.id, window="hers", step="1", revision="1", text="À moi.")
    assert saved.status_code == 410
    (same,) = await amina.drafts()
    assert same == draft
    node = amina.node
    sources = ArchiveSources(node.store, node.services.identifiers, node.services.files, "1.0")
    lead, group = await node.person("lea"), await amina.space.group(node)
    export = b"".join([part async for part in export_project(sources, group, lead, node.clock.ms)])
    assert b"Titre secret" not in export
    hers = b"".join([part async for part in archive(sources, lead, node.clock.ms)])
    assert b"Titre secret" not in hers


async def test_strangers_keep_nothing_in_a_project(amina: Desk) -> None:
    carl = await desk_of(amina.space, "carl")
    assert (await carl.send()).status_code == 404
    assert (await carl.autosave()).status_code == 403
    assert (
        await amina.client.post(f"{amina.base}/drafts/autosave", form=form())
    ).status_code == 403
    unknown = Desk(amina.space, amina.client, 12)
    assert (await unknown.autosave()).status_code == 403
    assert await amina.drafts() == []


async def test_who_left_copies_their_draft_and_takes_it_along(amina: Desk) -> None:
    await amina.send(title="Avant de partir")
    (draft,) = await amina.drafts()
    node = amina.node
    await leave(node.outbox, await node.person("amina"), await amina.space.group(node))
    await node.work_inbox()
    await amina.read("", 404)
    page = await amina.read(f"/drafts/notes/{draft.id}")
    assert "Vous ne pouvez plus écrire" in page
    assert TEXT in page
    assert f'href="/drafts/notes/{draft.id}"' in await amina.read("/drafts")
    sources = ArchiveSources(node.store, node.services.identifiers, node.services.files, "1.0")
    person = await node.person("amina")
    content = b"".join([part async for part in archive(sources, person, node.clock.ms)])
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        opened = tar.extractfile("project_drafts.json")
        assert opened is not None
        (found,) = orjson.loads(opened.read())
    assert found["project"] == amina.space.url
    assert (found["fields"]["title"], found["fields"]["text"]) == ("Avant de partir", TEXT)


@pytest.mark.parametrize("automatic", [True, False])
async def test_who_is_removed_while_they_write_keeps_the_text(amina: Desk, automatic: bool) -> None:
    node = amina.node
    group, person = await amina.space.group(node), await node.person("amina")
    await remove(node.outbox, await node.person("lea"), group, person)
    await node.work_inbox()
    if automatic:
        assert (await amina.autosave(step="1")).status_code == 200
    else:
        answer = await amina.send("publish")
        assert answer.headers["Location"].startswith("/drafts/notes/")
    (draft,) = await amina.drafts()
    assert TEXT in await amina.read(f"/drafts/notes/{draft.id}")


async def test_an_ended_project_shows_no_draft_but_loses_none(amina: Desk) -> None:
    await amina.send()
    (draft,) = await amina.drafts()
    lea = await desk_of(amina.space, "lea")
    assert (await post(lea.client, f"{amina.base}/give-up")).status_code == 303
    assert TEXT not in await amina.read()
    refused = await amina.send("publish", draft.id, revision="1", text=f"{TEXT} Encore.")
    assert refused.status_code == 422
    assert "Encore." in await amina.read(f"/drafts/notes/{draft.id}")
    kept = await amina.send("keep", draft.id, revision="2")
    assert kept.headers["Location"] == f"/drafts/notes/{draft.id}"


async def test_a_draft_goes_along_when_the_project_moves(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    await space.invite(await network.node("beta"), "bruno")
    lea = await desk_of(space, "lea")
    await lea.send()
    bruno, beta = await network.nodes["beta.example"].person("bruno"), network.nodes["beta.example"]
    made = await prepare_home(
        beta.outbox, bruno, await space.group(beta), "nouveau", node_keys()[1]
    )
    lead, group = await space.host.person("lea"), await space.group(space.host)
    await move_space(space.host.outbox, lead, group, made.group.url)
    await network.settle()
    assert TEXT in await lea.read()
    (draft,) = await lea.drafts()
    published = await lea.send("publish", draft.id, revision="1")
    assert published.status_code == 303
    await network.settle()
    assert await beta.count("project_entries") == 1
