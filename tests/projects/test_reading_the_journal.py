"""The pages of a project's journal: who reads what, on the host and on a partner's site."""

import re

from quart.testing import QuartClient

from objects.projects.entries import Kind
from objects.projects.fields import ProjectReach
from outbox.acts.projects.belonging import leave
from storage.records import ObjectRecord
from tests.support.counting import counted
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.visiting import get, page


async def two(
    network: Network, reach: ProjectReach = "public", role: str = "partner"
) -> ProjectSpace:
    """A project of alpha, to which bruno of beta belongs."""
    space = await open_project(network, await network.node("alpha"), reach=reach)
    await space.invite(await network.node("beta"), "bruno", role)  # type: ignore[arg-type]
    return space


async def base(space: ProjectSpace, node: LocalNode) -> str:
    """The address of the project's pages on a node."""
    return f"/projects/{(await space.group(node)).id}"


async def here(node: LocalNode, record: ObjectRecord) -> ObjectRecord:
    """An entry as a node has it."""
    found = await node.object(record.url)
    assert found is not None
    return found


async def note_page(space: ProjectSpace, node: LocalNode, record: ObjectRecord) -> str:
    """The address of the page of an entry."""
    return f"{await base(space, node)}/notes/{(await here(node, record)).id}"


def form(**changes: str) -> dict[str, str]:
    """What a browser sends for a note."""
    empty = {"milestone": "", "happened": "", "link": "", "title": "", "do": "publish"}
    return empty | {"kind": "progress", "reach": "public", "text": "Un essai."} | changes


async def statuses(node: LocalNode, path: str, *clients: QuartClient | None) -> list[int]:
    """What different people are answered."""
    return [(await get(node, path, client=client)).status_code for client in clients]


# writing


async def test_a_partner_reads_and_writes_on_their_own_site(network: Network) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    bruno = await signed_in(beta, "bruno")
    path = await base(space, beta)
    assert "Écrire une note" in await page(beta, path, client=bruno)
    sent = form(kind="difficulty", reach="project", title="Casques", text="Ils **chauffent**.")
    assert (await post(bruno, path, **sent)).status_code == 303
    assert "attend que le site du projet" in await page(beta, path, client=bruno)
    await network.settle()
    shown = await page(beta, path, client=bruno)
    assert "attend que" not in shown
    lea = await signed_in(space.host, "lea")
    there = await page(space.host, await base(space, space.host), client=lea)
    assert "Ils chauffent." in there
    assert ">membres du projet</span>" in there


async def test_a_title_is_shown_once(network: Network) -> None:
    space = await two(network)
    note = await space.write(space.host, "lea", "Le texte.", title="Un titre rare")
    await network.settle()
    lea = await signed_in(space.host, "lea")
    for path in (await note_page(space, space.host, note), f"/objects/{note.id}"):
        main = (await page(space.host, path, client=lea)).partition("<main")[2]
        assert main.count("Un titre rare") == 1, path
    journal = await page(space.host, await base(space, space.host), client=lea)
    read = re.sub(r'<span class="visually-hidden">.*?</span>', "", journal.partition("<main")[2])
    assert read.count("Un titre rare") == 1


async def test_what_is_wrong_loses_nothing(network: Network) -> None:
    space = await two(network)
    lea = await signed_in(space.host, "lea")
    path = await base(space, space.host)
    sent = form(kind="meeting", reach="network", link="pas une adresse", text="Tout mon texte.")
    answer = await post(lea, path, **sent)
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#link"' in text
    assert "Tout mon texte." in text
    assert 'value="meeting"' in re.search(r"<input[^>]*checked[^>]*>", text)[0]  # type: ignore[index]
    assert '<option selected value="network">' in text
    empty = await post(lea, path, **form(text=" "))
    assert "Écrivez d’abord un titre ou un texte." in await empty.get_data(as_text=True)


async def test_an_observer_reads_and_answers_but_has_no_form(network: Network) -> None:
    space = await two(network, "project", "observer")
    beta = network.nodes["beta.example"]
    note = await space.write(space.host, "lea", "Pour les membres.")
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    path = await base(space, beta)
    shown = await page(beta, path, client=bruno)
    assert "Pour les membres." in shown
    assert "Écrire une note" not in shown
    answer = await post(bruno, path, **form(text="J’essaie quand même."))
    assert answer.status_code == 422
    refused = await answer.get_data(as_text=True)
    assert "Les observateurs lisent" in refused
    assert "J’essaie quand même." in refused
    place = await note_page(space, beta, note)
    assert (await post(bruno, f"{place}/comment", text="Bien reçu.")).status_code == 303
    await network.settle()
    lea = await signed_in(space.host, "lea")
    assert "Bien reçu." in await page(
        space.host, await note_page(space, space.host, note), client=lea
    )


async def test_a_comment_is_as_restricted_as_the_note(network: Network) -> None:
    space = await two(network, "project")
    beta = network.nodes["beta.example"]
    note = await space.write(space.host, "lea", "Pour les membres.")
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    await post(bruno, f"{await note_page(space, beta, note)}/comment", text="Entre nous.")
    ids = await beta.store.query(lambda tx: tx.timelines.thread(note.url, None))
    (comment,) = (await beta.store.query(lambda tx: tx.objects.by_ids(ids))).values()
    assert comment.visibility == "project"


async def test_the_author_changes_and_deletes_others_do_not(network: Network) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    note = await space.write(beta, "bruno", "Une fote.", title="Titre")
    await network.settle()
    bruno, lea = await signed_in(beta, "bruno"), await signed_in(space.host, "lea")
    there = await note_page(space, space.host, note)
    for act in ("edit", "delete"):
        assert (await post(lea, f"{there}/{act}", text="x")).status_code == 403
    path = await note_page(space, beta, note)
    assert "Une fote." in await page(beta, f"{path}/edit", client=bruno)
    sent = {"title": "Titre", "text": "Une faute.", "milestone": "", "happened": "", "link": ""}
    assert (await post(bruno, f"{path}/edit", **sent)).status_code == 303
    await network.settle()
    shown = await page(space.host, there, client=lea)
    assert "Une faute." in shown
    assert "1 version antérieure" in shown
    await post(bruno, f"{path}/delete")
    await network.settle()
    assert await statuses(space.host, there, lea) == [303]
    assert "Une faute." not in await page(space.host, await base(space, space.host), client=lea)


async def test_a_refused_note_is_its_authors_alone_with_the_reason(network: Network) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    carl = await signed_in(beta, "carl")
    await leave(beta.outbox, await beta.person("bruno"), await space.group(beta))
    # the host knows, this site would still let it through
    await network.settle()
    group, person = await space.group(beta), await beta.person("bruno")
    membership = await beta.store.query(lambda tx: tx.projects.membership(group.id, person.id))
    from dataclasses import replace

    assert membership is not None
    back = replace(membership, state="member")
    await beta.store.write(lambda tx: tx.projects.save_membership(back))
    bruno = await signed_in(beta, "bruno")
    path = await base(space, beta)
    await post(bruno, path, **form(text="Trop tard.", title="Arrivée tardive"))
    await network.settle()
    shown = await page(beta, path, client=bruno)
    assert "n’a pas accepté cette note" in shown
    assert "Seuls les membres du projet y écrivent." in shown
    assert "Arrivée tardive" not in await page(beta, path, client=carl)


# reading


async def test_who_reads_what_on_the_host(network: Network) -> None:
    space = await two(network)
    alpha = space.host
    written: dict[ProjectReach, ObjectRecord] = {}
    for reach in ("public", "network", "project"):
        written[reach] = await space.write(alpha, "lea", f"Texte {reach}.", reach=reach)
    await network.settle()
    path = await base(space, alpha)
    lea, carl = await signed_in(alpha, "lea"), await signed_in(alpha, "carl")
    expected = ((lea, "public network project"), (carl, "public network"), (None, "public"))
    for client, reaches in expected:
        shown = await page(alpha, path, client=client)
        found = " ".join(reach for reach in written if f"Texte {reach}." in shown)
        assert found == reaches
        for reach, record in written.items():
            if client is carl:
                # a signed-in member is led to the page of the object, which is not theirs either
                answer = await client.get(f"/read/{record.id}", headers={"Accept": "text/html"})
                assert (answer.status_code == 404) == (reach not in reaches)
                continue
            place = await note_page(space, alpha, record)
            status = 200 if reach in reaches else 404
            assert await statuses(alpha, place, client) == [status], (reaches, reach)


async def test_a_space_for_its_members_alone_is_nowhere_for_others(network: Network) -> None:
    space = await two(network, "project")
    alpha, beta = space.host, network.nodes["beta.example"]
    note = await space.write(alpha, "lea", "Rien que pour nous.", title="Secret du projet")
    await space.write(alpha, "lea", "Dit à tous, mais ailleurs.", reach="public")
    await network.settle()
    for node, member in ((alpha, "lea"), (beta, "bruno")):
        inside, outside = await signed_in(node, member), await signed_in(node, "carl")
        path = await base(space, node)
        for end in ("", "/about"):
            assert await statuses(node, path + end, inside, outside, None) == [200, 404, 404]
        place = await note_page(space, node, note)
        assert await statuses(node, place, inside, None) == [200, 404]
        answer = await outside.get(place, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.status_code == 404
    shown = await page(alpha, "/@projet")
    assert "Réalité virtuelle en atelier" in shown
    feed = await (await get(alpha, "/@projet.atom")).get_data(as_text=True)
    for hidden in ("Secret", "Rien que", "Dit à tous", "RVA", "Lea", "En cours"):
        assert hidden not in shown, hidden
        assert hidden not in feed, hidden


async def test_who_left_reads_what_is_public_and_what_they_wrote(network: Network) -> None:
    space = await two(network, "project")
    beta = network.nodes["beta.example"]
    mine = await space.write(beta, "bruno", "De moi.")
    theirs = await space.write(space.host, "lea", "Des autres.")
    await network.settle()
    await leave(beta.outbox, await beta.person("bruno"), await space.group(beta))
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    assert await statuses(beta, await base(space, beta), bruno) == [404]
    for record, status in ((mine, 200), (theirs, 404)):
        answer = await bruno.get(
            await note_page(space, beta, record),
            headers={"Accept": "text/html"},
            follow_redirects=True,
        )
        assert answer.status_code == status


async def test_on_a_partners_site_a_stranger_finds_no_project(network: Network) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    carl = await signed_in(beta, "carl")
    path = await base(space, beta)
    assert await statuses(beta, path, carl, None) == [200, 404]
    group = await space.group(beta)
    assert f'href="{path}"' in await page(beta, f"/people/{group.id}", client=carl)


async def test_the_journal_is_filtered_by_kind_and_milestone(network: Network) -> None:
    space = await two(network)
    alpha = space.host
    milestone = await space.write(
        alpha, "lea", "", "milestone", title="Prototype", due="2027-01-31"
    )
    await space.write(alpha, "lea", "Dans le jalon.", milestone=milestone.url)
    await space.write(alpha, "lea", "Hors jalon.", "difficulty")
    path = await base(space, alpha)
    shown = await page(alpha, f"{path}?kind=difficulty")
    assert ("Hors jalon." in shown, "Dans le jalon." in shown) == (True, False)
    shown = await page(alpha, f"{path}?milestone={milestone.id}")
    assert ("Hors jalon." in shown, "Dans le jalon." in shown) == (False, True)
    assert await statuses(alpha, f"{path}?milestone=12", None) == [404]
    assert await statuses(alpha, f"{path}?kind=rien&before=1", None) == [200]
    assert await statuses(alpha, f"{path}?before=x", None) == [400]


async def test_pages_are_counted_by_numbers_that_are_the_same_everywhere(
    network: Network,
) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    for number in range(25):
        await space.write(space.host, "lea", f"Note numéro {number}.")
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    for node, client in ((space.host, None), (beta, bruno)):
        path = await base(space, node)
        first = await page(node, path, client=client)
        (following,) = set(re.findall(r"before=(\d+)", first))
        second = await page(node, f"{path}?before={following}", client=client)
        texts = re.findall(r"Note numéro (\d+)\.", second)
        assert list(dict.fromkeys(texts)) == ["4", "3", "2", "1", "0"]
        assert 'rel="next"' not in second


async def test_a_long_journal_takes_no_more_statements_than_a_short_one(network: Network) -> None:
    space = await two(network)
    alpha = space.host
    lea = await signed_in(alpha, "lea")
    path = await base(space, alpha)
    kinds: list[Kind] = ["progress", "difficulty", "decision"]
    taken = []
    for kind in kinds:
        for number in range(6):
            await space.write(alpha, "lea", f"Note {number}.", kind)
        await network.settle()
        await page(alpha, path, client=lea)
        with counted() as seen:
            await page(alpha, path, client=lea)
        taken.append(len(seen))
    assert taken[0] == taken[-1]


async def test_a_note_is_written_before_there_is_any_milestone(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    lead = await signed_in(space.host, space.lead)
    path = await base(space, space.host)
    decided = await page(space.host, f"{path}?write=decision", client=lead)
    assert '<details class="panel folded write-note no-print" id="write" open>' in decided
    assert 'name="milestone"' not in decided
    answer = await post(lead, path, kind="progress", text="Tout commence.", reach="public")
    assert answer.status_code == 303
    assert "Tout commence." in await page(space.host, path, client=lead)
