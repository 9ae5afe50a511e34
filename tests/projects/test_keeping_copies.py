"""Copies of members' files: not lost by a full disk, a slow fetch or a pause of the members."""

from dataclasses import replace

import pytest

from objects.projects.mirror import prune_project_files
from outbox.acts.leave import leave as depart
from outbox.acts.projects.belonging import leave
from storage.files import MediaFiles
from storage.store import Tx
from tests.attacks.project_place import upload
from tests.projects.test_member_files import copies, with_file
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project


@pytest.fixture
async def space(network: Network) -> ProjectSpace:
    """Lea leads on alpha, Bruno is on beta."""
    found = await open_project(network, await network.node("alpha"), reach="project")
    await found.invite(await network.node("beta"), "bruno")
    return found


@pytest.fixture
def beta(space: ProjectSpace) -> LocalNode:
    """Bruno's node."""
    return space.network.nodes["beta.example"]


async def test_who_comes_back_finds_the_files_again(space: ProjectSpace, beta: LocalNode) -> None:
    await with_file(space, space.host, "lea")
    await leave(beta.outbox, await beta.person("bruno"), await space.group(beta))
    await space.network.settle()
    await beta.services.housekeeping.run_once()
    assert [copy.state for copy in await copies(beta)] == ["left"]
    await space.invite(beta, "bruno")
    assert [copy.state for copy in await copies(beta)] == ["ready"]


async def test_copies_go_with_a_project_that_is_deleted_here(
    space: ProjectSpace, beta: LocalNode
) -> None:
    await with_file(space, beta, "bruno")
    (copy,) = await copies(space.host)
    await depart(space.host.outbox, await space.group(space.host), "admin")
    await space.network.settle()
    await space.host.services.housekeeping.run_once()
    assert await copies(space.host) == []
    assert not space.host.services.files.path(copy.file).exists()


async def test_a_copy_that_is_shown_again_stays(space: ProjectSpace, beta: LocalNode) -> None:
    await with_file(space, beta, "bruno")
    (copy,) = await copies(space.host)
    store, files = space.host.store, space.host.services.files

    async def again(tx: Tx) -> None:
        await tx.project_files.abandon(copy.object_id, [copy.url])
        await tx.project_files.expect(replace(copy, file="", size=0, state="waiting"))

    await store.write(again)
    assert await prune_project_files(store, files, 0) == 0
    assert [(one.state, one.file) for one in await copies(space.host)] == [("ready", copy.file)]
    assert files.path(copy.file).exists()


async def test_who_comes_second_with_the_same_file_leaves_it(
    space: ProjectSpace, beta: LocalNode
) -> None:
    await with_file(space, beta, "bruno")
    (copy,) = await copies(space.host)
    late = replace(copy, state="waiting", file="", size=0)
    await space.host.services.project_files_worker._fetch(late)
    assert space.host.services.files.path(copy.file).exists()


async def test_a_full_disk_is_waited_for(
    space: ProjectSpace, beta: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = await upload(beta, "bruno")
    await space.write(beta, "bruno", "Avec une photo.", media_ids=(media.id,))

    async def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(MediaFiles, "put", full)
        await space.network.settle()
    (copy,) = await copies(space.host)
    assert (copy.state, copy.attempts) == ("waiting", 1)
    assert "No space left" in copy.error
    space.network.clock.pass_by(60)
    await space.network.settle()
    assert [copy.state for copy in await copies(space.host)] == ["ready"]
