"""The pages of milestones, deliverables, decisions and calls, as members and others use them."""

from typing import Any

import pytest

from tests.projects.dates import (
    DAY,
    call_for,
    calls_on,
    decision_on,
    in_days,
    milestones_on,
    partners,
    pass_days,
    plan,
    proposal,
)
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace
from tests.support.signed_in import post, signed_in
from tests.web.visiting import assert_valid

FRENCH = {"Accept": "text/html", "Accept-Language": "fr"}


async def read(browser: Any, path: str, status: int = 200) -> str:
    answer = await browser.get(path, headers=FRENCH)
    text: str = await answer.get_data(as_text=True)
    assert answer.status_code == status, (path, answer.status_code, text[-1500:])
    assert_valid(text)
    return text


async def base(space: ProjectSpace, node: LocalNode) -> str:
    return f"/projects/{(await space.group(node)).id}"


async def number(node: LocalNode, url: str) -> int:
    found = await node.object(url)
    assert found is not None
    return found.id


async def send(browser: Any, path: str, expected: Any = 303, **form: Any) -> str:
    """Send a form; gives where it leads, or the page that came back."""
    answer = await post(browser, path, **form)
    text: str = await answer.get_data(as_text=True)
    assert answer.status_code == expected, (path, answer.status_code, text[-1500:])
    return str(answer.headers["Location"]) if expected == 303 else text


async def test_a_lead_sets_a_milestone_and_says_that_it_is_reached(network: Network) -> None:
    space, (alpha, beta, _) = await partners(network)
    lea, path = await signed_in(alpha, "lea", role="member"), await base(space, alpha)
    await read(lea, f"{path}/milestones/new")
    bruno = await beta.person("bruno")
    said = {"title": "Matériel livré", "due": in_days(alpha, 3), "responsible": bruno.url}
    assert "done=entry-saved" in await send(lea, f"{path}/milestones/new", **said)
    await network.settle()
    page = await read(lea, f"{path}/milestones")
    assert "Matériel livré" in page
    assert bruno.name in page
    (one,) = await milestones_on(space, alpha, "lea")
    await read(lea, f"{path}/milestones/{one.record.id}")
    network.clock.pass_by(5 * DAY)
    assert "En retard" in await read(lea, f"{path}/milestones")
    there = await signed_in(beta, "bruno")
    assert "En retard" in await read(there, f"{await base(space, beta)}/milestones")
    await send(lea, f"{path}/milestones/{one.record.id}/state", state="reached")
    await network.settle()
    page = await read(there, f"{await base(space, beta)}/milestones")
    assert "En retard" not in page
    assert "Atteint" in page


async def test_a_milestone_without_a_title_or_with_a_day_that_does_not_exist_comes_back(
    network: Network,
) -> None:
    space, (alpha, *_) = await partners(network)
    lea, path = await signed_in(alpha, "lea", role="member"), await base(space, alpha)
    page = await send(lea, f"{path}/milestones/new", 422, title="", due="2026-01-01")
    assert 'id="errors"' in page
    await send(lea, f"{path}/milestones/new", 422, title="Fini", due="2026-02-31")
    assert await milestones_on(space, alpha, "lea") == []


async def test_a_partner_elsewhere_proposes_and_sees_that_it_waits(network: Network) -> None:
    space, (alpha, beta, _) = await partners(network)
    record = await plan(space, "Matériel livré", 20)
    bruno, path = await signed_in(beta, "bruno", role="member"), await base(space, beta)
    there = await number(beta, record.url)
    await read(bruno, f"{path}/milestones/{there}/edit")
    assert "done=offered" in await send(bruno, f"{path}/milestones/{there}/state", state="reached")
    assert "done=offered" in await send(
        bruno, f"{path}/milestones/new", title="Film tourné", responsible=""
    )
    page = await read(bruno, f"{path}/milestones")
    assert "Vous avez proposé" in page
    assert "Film tourné" in page
    await network.settle()
    assert [one.row.state for one in await milestones_on(space, alpha, "lea")] == ["planned"]


async def test_a_proposal_is_told_to_leads_and_to_its_author_in_words(network: Network) -> None:
    space, (alpha, beta, _) = await partners(network)
    record = await plan(space, "Matériel livré", 20)
    bruno, path = await signed_in(beta, "bruno"), await base(space, beta)
    here = await number(beta, record.url)
    await send(bruno, f"{path}/milestones/{here}/state", state="reached")
    said = {"title": "Film tourné", "due": "2027-01-31", "text": "En **extérieur**."}
    person = (await beta.person("bruno")).url
    await send(bruno, f"{path}/milestones/new", responsible=person, **said)
    await network.settle()
    lea = await signed_in(alpha, "lea")
    for browser, node in ((lea, alpha), (bruno, beta)):
        page = await read(browser, f"{await base(space, node)}/members")
        shown = ("une modification", "Matériel livré", "État – Atteint", "un nouveau jalon")
        for words in (*shown, "Film tourné", "Échéance 31 janvier 2027", "Responsable – Bruno"):
            assert words in page, words
        assert "reached" not in page


async def test_observers_and_others_read_and_are_offered_no_forms(network: Network) -> None:
    space, (alpha, _, gamma) = await partners(network)
    await space.invite(gamma, "oscar", "observer")
    record = await plan(space, "Matériel livré", 20)
    oscar, path = await signed_in(gamma, "oscar", role="member"), await base(space, gamma)
    there = await number(gamma, record.url)
    assert "<form method" not in (await read(oscar, f"{path}/milestones/{there}")).split("<main")[1]
    await send(oscar, f"{path}/milestones/{there}/state", 403, state="reached")
    await send(oscar, f"{path}/milestones/new", 403, title="Fini")
    stranger = alpha.app.test_client()
    await read(stranger, f"{await base(space, alpha)}/milestones/{record.id}")
    answer = await post(stranger, f"{await base(space, alpha)}/milestones/new", title="x")
    assert answer.status_code in (303, 403)


async def test_a_deliverable_is_a_link_or_a_file(network: Network) -> None:
    space, (alpha, beta, _) = await partners(network)
    bruno, path = await signed_in(beta, "bruno", role="member"), await base(space, beta)
    await read(bruno, f"{path}/deliverables/new")
    said = {"title": "Guide", "reach": "public", "licence": "CC-BY-4.0", "milestone": ""}
    page = await send(bruno, f"{path}/deliverables/new", 422, **said)
    assert "choisissez son fichier" in page
    await send(bruno, f"{path}/deliverables/new", link="https://beta.example/guide.pdf", **said)
    await network.settle()
    page = await read(alpha.app.test_client(), f"{await base(space, alpha)}/milestones")
    assert "https://beta.example/guide.pdf" in page
    assert "CC-BY-4.0" in page


async def test_a_vote_from_the_proposal_to_the_outcome(network: Network) -> None:
    space, (alpha, beta, gamma) = await partners(network, reach="project")
    bruno, path = await signed_in(beta, "bruno", role="member"), await base(space, beta)
    page = await read(bruno, f"{path}/decisions/new")
    assert "Pour\nContre\nAbstention" in page.replace("\r", "")
    said = {"title": "Louer un casque", "choices": "Pour\r\nContre", "closes": in_days(beta, 7),
            "quorum": "2", "reach": "project", "milestone": ""}  # fmt: skip
    await send(bruno, f"{path}/decisions/new", **said)
    await network.settle()
    chloe, there = await signed_in(gamma, "chloe", role="member"), await base(space, gamma)
    found = await decision_on(space, gamma, "chloe")
    address = f"{there}/decisions/{found.record.id}"
    await read(chloe, address)
    await send(chloe, f"{address}/object", text="Trop cher.")
    await send(chloe, f"{address}/vote", chosen="Contre")
    page = await read(chloe, address)
    assert "Vous avez voté" in page
    assert "Trop cher." in page
    await send(chloe, f"{address}/vote", 409, chosen="Pour")
    await network.settle()
    own = await decision_on(space, beta, "bruno")
    mine = f"{path}/decisions/{own.record.id}"
    objection = own.objections[0].record.id
    await send(bruno, f"{mine}/objections/{objection}/met")
    await send(bruno, f"{mine}/vote", chosen="Pour")
    assert "done=vote-closed" in await send(bruno, f"{mine}/close")
    await network.settle()
    page = await read(chloe, address)
    assert "Aucune proposition ne l’emporte." in page
    assert "Objection levée" in page
    assert "Rejetée" in await read(chloe, f"{there}/decisions")
    await read(alpha.app.test_client(), f"{await base(space, alpha)}/decisions", 404)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"closes": "2020-01-01"}, "déjà passé"),
        ({"choices": "Pour"}, "de deux à dix choix"),
        ({"quorum": "0"}, "nombre entier"),
    ],
)
async def test_a_proposal_that_cannot_be_voted_on_comes_back(
    network: Network, wrong: dict[str, str], words: str
) -> None:
    space, (_, beta) = await partners(network, ("beta", "bruno"))
    bruno, path = await signed_in(beta, "bruno", role="member"), await base(space, beta)
    said = {"title": "Louer", "choices": "Pour\nContre", "closes": in_days(beta, 7),
            "reach": "public", "milestone": ""}  # fmt: skip
    assert words in await send(bruno, f"{path}/decisions/new", 422, **said | wrong)


async def test_an_observer_sees_the_vote_and_cannot_vote(network: Network) -> None:
    space, (_, beta, gamma) = await partners(network)
    await space.invite(gamma, "oscar", "observer")
    await proposal(space, beta, "bruno")
    oscar, path = await signed_in(gamma, "oscar", role="member"), await base(space, gamma)
    found = await decision_on(space, gamma, "oscar")
    address = f"{path}/decisions/{found.record.id}"
    assert "Les porteurs et les partenaires du projet votent." in await read(oscar, address)
    await send(oscar, f"{address}/vote", 403, chosen="Pour")


async def test_a_call_is_read_by_everybody_and_answered_by_members_of_other_sites(
    network: Network,
) -> None:
    space, (alpha, _, gamma) = await partners(network, reach="project")
    lea, path = await signed_in(alpha, "lea", role="member"), await base(space, alpha)
    await read(lea, f"{path}/calls/new")
    said = {"title": "Une monteuse", "text": "Deux jours.", "words": "montage, étalonnage",
            "due": in_days(alpha, 10), "territory": "14118", "territory_name": "Caen"}  # fmt: skip
    await send(lea, f"{path}/calls/new", **said)
    await network.settle()
    stranger = alpha.app.test_client()
    page = await read(stranger, "/calls")
    assert "Une monteuse" in page
    assert "étalonnage" in page
    assert "Une monteuse" in await read(stranger, "/calls?skill=ETALONNAGE&territory=calvados")
    assert "Une monteuse" not in await read(stranger, "/calls?skill=soudure")
    (one,) = await calls_on(space, gamma, None)
    zoe = await signed_in(gamma, "zoe", role="member")
    address = f"/calls/{one.record.id}"
    assert "Répondre à cet appel" in await read(zoe, address)
    await send(zoe, f"{address}/answer", 422, text="")
    assert "call-answered" in await send(zoe, f"{address}/answer", text="Moi !", do="write")
    await network.settle()
    assert "mention" in await alpha.notified("lea")
    assert "call-joined" in await send(zoe, f"{address}/answer", text="Moi !", do="join")
    await network.settle()
    assert "project.asked" in await alpha.notified("lea")
    here = await number(alpha, one.record.url)
    await send(lea, f"{path}/calls/{here}/state", state="filled")
    await network.settle()
    assert "Une monteuse" not in await read(stranger, "/calls")
    assert "On ne peut plus répondre" in await read(zoe, address)
    await send(zoe, f"{address}/answer", 409, text="Encore", do="write")
    assert "Appel pourvu" in await read(lea, f"{path}/calls")


async def test_a_call_is_changed_and_one_that_is_over_is_opened_again_with_a_new_day(
    network: Network,
) -> None:
    space, (alpha, beta, _) = await partners(network)
    lea, path = await signed_in(alpha, "lea", role="member"), await base(space, alpha)
    record = await call_for(space, "Une monteuse", 2, "montage")
    await pass_days(space, 5)
    assert "Appel clos" in await read(lea, f"{path}/calls")
    page = await read(lea, f"{path}/calls/{record.id}/edit")
    assert 'value="montage"' in page
    said = {"title": "Un monteur", "words": "montage", "due": in_days(alpha, 9)}
    await send(lea, f"{path}/calls/{record.id}/edit", **said)
    await send(lea, f"{path}/calls/{record.id}/state", state="open")
    await network.settle()
    assert "Un monteur" in await read(beta.app.test_client(), "/calls")


async def test_what_a_partner_proposes_for_a_call_stands_on_its_page(network: Network) -> None:
    space, (alpha, beta, _) = await partners(network)
    record = await call_for(space, "Une monteuse", 2, "montage")
    bruno, here = await signed_in(beta, "bruno"), await number(beta, record.url)
    path = f"{await base(space, beta)}/calls/{here}/state"
    assert "done=offered" in await send(bruno, path, state="withdrawn")
    assert "Vous avez proposé\u202f: Appel retiré" in await read(bruno, f"/calls/{here}")
    lea = await signed_in(alpha, "lea")
    await send(lea, f"{await base(space, alpha)}/calls/{record.id}/state", state="withdrawn")
    assert "Appel retiré" in await read(lea, await base(space, alpha))
    assert "Rouvrir" in await read(lea, f"/calls/{record.id}")
    await pass_days(space, 5)
    page = await read(lea, f"/calls/{record.id}")
    assert "Rouvrir" not in page
    assert "Son dernier jour est passé" in page


async def test_the_lists_take_as_many_queries_however_long_they_are(network: Network) -> None:
    from tests.support.counting import counted

    space, (alpha, beta) = await partners(network, ("beta", "bruno"))
    lea, path = await signed_in(alpha, "lea", role="member"), await base(space, alpha)
    pages = [f"{path}/milestones", f"{path}/decisions", f"{path}/calls", "/calls"]

    async def fill() -> None:
        bruno = await beta.person("bruno")
        await plan(space, "Matériel livré", 20, responsible=bruno.url)
        await proposal(space, beta, "bruno")
        await call_for(space, "Une monteuse", 10, "montage")
        await space.write(beta, "bruno", "Un guide.", "deliverable", title="Guide")
        await network.settle()

    async def asked() -> list[int]:
        found = []
        for page in pages:
            with counted() as statements:
                await read(lea, page)
            found.append(len(statements))
        return found

    await fill()
    await asked()
    before = await asked()
    for _ in range(4):
        await fill()
    assert await asked() == before
