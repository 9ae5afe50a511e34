"""The page on which a project is kept as a file, given a new home and moved."""

import io
import tarfile

from tests.projects.test_date_pages import base, read, send
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in


async def shared(network: Network) -> ProjectSpace:
    space = await open_project(network, await network.node("alpha"), reach="project")
    await space.invite(await network.node("beta"), "bruno")
    await space.invite(await network.node("beta"), "odile", "observer")
    return space


async def test_a_partner_prepares_a_home_and_a_lead_moves_the_project_there(
    network: Network,
) -> None:
    space = await shared(network)
    alpha, beta = network.nodes.values()
    await space.write(alpha, "lea", "Avant le départ.")
    await network.settle()
    bruno = await signed_in(beta, "bruno", role="member")
    there = await base(space, beta)
    assert "alpha.example" in await read(bruno, f"{there}/keep")
    assert "done=home-ready" in await send(bruno, f"{there}/keep/home", username="projet")
    assert "@projet@beta.example" in await read(bruno, f"{there}/keep")
    lea = await signed_in(alpha, "lea", role="member")
    here = await base(space, alpha)
    await read(lea, f"{here}/keep")
    moved = await send(lea, f"{here}/keep/move", target="@projet@beta.example")
    assert moved.startswith("/projects?")
    await network.settle()
    page = await read(lea, here)
    assert "Avant le départ." in page
    new = await beta.actor("https://beta.example/users/projet")
    assert new is not None
    assert "Avant le départ." in await read(bruno, f"/projects/{new.id}")


async def test_a_wrong_address_is_said_at_its_field_and_nothing_moves(network: Network) -> None:
    space = await shared(network)
    alpha, _ = network.nodes.values()
    lea, here = await signed_in(alpha, "lea", role="member"), await base(space, alpha)
    page = await send(lea, f"{here}/keep/move", 422, target="@personne@beta.example")
    assert "Rien n’a été trouvé" in page
    page = await send(lea, f"{here}/keep/move", 422, target="@bruno@beta.example")
    assert "accueille celui-ci" in page
    group = await space.group(alpha)
    assert group.moved_to == ""


async def test_only_partners_prepare_a_home_and_only_leads_move(network: Network) -> None:
    space = await shared(network)
    alpha, beta = network.nodes.values()
    odile = await signed_in(beta, "odile", role="member")
    there = await base(space, beta)
    await send(odile, f"{there}/keep/home", 422, username="projet")
    stranger = await signed_in(alpha, "zoe", role="member")
    here = await base(space, alpha)
    answer = await post(stranger, f"{here}/keep/move", target="@projet@beta.example")
    assert answer.status_code == 404


async def test_a_member_downloads_everything_and_others_nothing(network: Network) -> None:
    space = await shared(network)
    alpha, beta = network.nodes.values()
    await space.write(alpha, "lea", "À garder.")
    await network.settle()
    bruno, there = await signed_in(beta, "bruno"), await base(space, beta)
    answer = await post(bruno, f"{there}/keep/archive")
    assert answer.status_code == 200
    content = await answer.get_data(as_text=False)
    with tarfile.open(fileobj=io.BytesIO(bytes(content))) as archive:
        found = {m.name: archive.extractfile(m) for m in archive.getmembers() if m.isfile()}
        texts = b"".join(file.read() for file in found.values() if file is not None)
    assert "À garder." in texts.decode(errors="replace")
    zoe = await signed_in(beta, "zoe")
    assert (await post(zoe, f"{there}/keep/archive")).status_code == 404
