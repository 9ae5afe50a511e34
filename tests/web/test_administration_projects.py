"""Administrators see, suspend and delete the projects of their site; what that tells others."""

from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of
from tests.web.visiting import assert_valid


async def shared(network: Network) -> tuple[ProjectSpace, LocalNode]:
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    return space, beta


async def test_the_list_names_every_project_and_who_answers_for_it(network: Network) -> None:
    space, _ = await shared(network)
    await open_project(network, space.host, username="secret", reach="project")
    admin = await signed_in(space.host, "ada", role="admin")
    page = await page_of(admin, "/admin/projects")
    assert_valid(page)
    assert "@projet" in page
    assert "@secret" in page
    assert "Lea" in page
    assert_valid(await page_of(admin, "/admin/projects/projet"))
    for name in ("nobody", "lea", "alpha"):
        assert (await admin.get(f"/admin/projects/{name}")).status_code == 404


async def test_a_suspended_project_is_shown_nowhere_until_it_is_lifted(network: Network) -> None:
    space, _ = await shared(network)
    group = await space.group(space.host)
    admin = await signed_in(space.host, "ada", role="admin")
    rose = await signed_in(space.host, "rose")
    await post(admin, "/admin/projects/projet/suspend", **{"measure-reason": "À vérifier"})
    assert (await rose.get(f"/projects/{group.id}/members")).status_code == 404
    assert "Réalité virtuelle" not in await page_of(rose, "/projects")
    lea = await signed_in(space.host, "lea")
    assert "Réalité virtuelle" not in await page_of(lea, "/projects")
    assert "suspendu" in await page_of(admin, "/admin/projects")
    assert "À vérifier" in await page_of(admin, "/admin/audit")
    await post(admin, "/admin/projects/projet/lift")
    assert (await rose.get(f"/projects/{group.id}/members")).status_code == 200


async def test_a_project_is_deleted_once_its_name_is_written_and_partners_are_told(
    network: Network,
) -> None:
    space, beta = await shared(network)
    note = await space.write(beta, "bruno", "Ce que nous avons appris.")
    await network.settle()
    admin = await signed_in(space.host, "ada", role="admin")
    for typed in ("", "autre"):
        answer = await post(admin, "/admin/projects/projet/delete", confirmation=typed)
        assert answer.status_code == 422
        assert_valid(await answer.get_data(as_text=True))
    answer = await post(
        admin, "/admin/projects/projet/delete", confirmation="@projet", reason="Doublon"
    )
    assert answer.headers["Location"].endswith("done=project-deleted")
    await network.settle()
    assert (await space.group(space.host)).state == "gone"
    assert (await space.group(beta)).state == "gone"
    kept = await beta.object(note.url)
    assert kept is not None
    assert kept.deleted_at is None
    assert "Doublon" in await page_of(admin, "/admin/audit")
    assert (await admin.get("/admin/projects/projet")).status_code == 404
    bruno = await signed_in(beta, "bruno")
    assert "Réalité virtuelle" not in await page_of(bruno, "/projects")


async def test_only_administrators_do_this(network: Network) -> None:
    space, _ = await shared(network)
    for name, role in (("lea", "member"), ("emile", "editor")):
        browser = await signed_in(space.host, name, role=role)
        assert (await browser.get("/admin/projects")).status_code == 403
        for act in ("suspend", "lift", "delete"):
            answer = await post(browser, f"/admin/projects/projet/{act}", confirmation="projet")
            assert answer.status_code == 403, (name, act)
    assert (await space.group(space.host)).state == "active"
