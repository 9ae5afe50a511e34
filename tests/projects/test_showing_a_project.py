"""What a project shows of itself: about, its public page, its feeds, its map, in the news."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from werkzeug.datastructures import FileStorage

from actors.local import ProfileChanges, update_profile
from objects.experiences.fields import Indicator
from objects.projects.fields import Project
from outbox.acts.projects.spaces import SpaceDraft, change_space
from tests.projects.test_reading_the_journal import base, here, two
from tests.support.fediverse import LocalNode, Network
from tests.support.processes import ROOT
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import csrf, post, signed_in
from tests.web.visiting import get, page

ATOM = "{http://www.w3.org/2005/Atom}"
WHOLE = Project(
    acronym="RVA",
    purpose="Un geste **répété** <b>avant</b> l’atelier.",
    call="Deffinov",
    call_url="https://region.example/deffinov",
    funder="Région </script> Normandie",
    budget=84_000,
    own_share=22,
    objectives=("Équiper trois ateliers",),
    indicators=(Indicator("Réussites", "40 %", "65 %", "Suivi"),),
    territory="50",
    territory_name="Manche",
    starts="2026-09-01",
    ends="2028-06-30",
    governance="Un comité par trimestre.",
    risks="Les casques </script> chauffent.",
    contact="projet@alpha.example",
)


async def whole(network: Network, **changes: Any) -> ProjectSpace:
    """A project that says everything."""
    space = await open_project(network, await network.node("alpha"))
    draft = SpaceDraft(
        name="Réalité virtuelle en atelier",
        summary="Avec des apprentis.",
        project=WHOLE,
        **{"state": "running"} | changes,
    )
    lead = await space.host.person("lea")
    await change_space(space.host.outbox, lead, await space.group(space.host), draft)
    return space


def linked(text: str) -> dict[str, Any]:
    """The page's data for search engines."""
    found: dict[str, Any] = orjson.loads(
        text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    )
    return found


async def test_everything_that_a_project_says_is_on_its_page(network: Network) -> None:
    space = await whole(network)
    await space.write(
        space.host, "lea", "", "milestone", title="Prototype prêt", due="2027-01-31"
    )  # fmt: skip
    await network.settle()
    text = await page(space.host, f"{await base(space, space.host)}/about")
    for said in (
        "<strong>répété</strong>", "&lt;b&gt;avant", "Deffinov", "Région &lt;/script&gt; Normandie",
        "84", "22 %", "Équiper trois ateliers", "Réussites", "65 %", "Manche", "1er septembre 2026",
        "Un comité par trimestre.", "projet@alpha.example", "Prototype prêt", "31 janvier 2027",
        "<caption>", "En cours",
    ):  # fmt: skip
        assert said in text, said
    data = linked(text)
    assert data["@type"] == "ResearchProject"
    assert data["name"] == "Réalité virtuelle en atelier"
    assert data["alternateName"] == "RVA"
    assert data["funder"]["name"] == "Région </script> Normandie"
    assert [one["name"] for one in data["member"]] == ["Lea"]


async def test_a_project_of_the_network_tells_strangers_no_partners(network: Network) -> None:
    space = await whole(network, reach="network")
    await space.invite(await network.node("beta"), "bruno")
    path = f"{await base(space, space.host)}/about"
    stranger = await page(space.host, path)
    assert "Bruno" not in stranger
    assert "application/ld+json" not in stranger
    assert "Bruno" in await page(space.host, path, client=await signed_in(space.host, "carl"))


async def test_followers_find_the_project_where_its_address_leads(network: Network) -> None:
    space = await whole(network)
    await space.write(
        space.host, "lea", "", "call", title="Cherche un tiers-lieu", due="2031-01-31"
    )
    await space.write(space.host, "lea", "Pour tous.")
    await space.write(space.host, "lea", "Entre nous.", reach="project")
    await network.settle()
    text = await page(space.host, "/@projet")
    calls = text.partition('id="calls"')[2].partition('id="journal"')[0]
    assert "Cherche un tiers-lieu" in calls
    assert "Pour tous." in text
    assert "Entre nous." not in text
    assert f'href="{await base(space, space.host)}"' in text
    assert 'href="/@projet.atom"' in text
    # the same for a member: it is the page for everybody
    lea = await signed_in(space.host, "lea")
    assert "Entre nous." not in await page(space.host, "/@projet", client=lea)
    space.network.clock.now += 6 * 365 * 86_400
    assert 'id="calls"' not in await page(space.host, "/@projet")


@pytest.mark.parametrize("kind", ["atom", "rss"])
async def test_a_feed_has_the_public_notes_and_no_others(network: Network, kind: str) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    first = await space.write(beta, "bruno", "Le **texte**.", title="Essai & co <1>")
    await network.settle()
    for reach in ("network", "project"):
        await space.write(space.host, "lea", f"Pas pour tous : {reach}.", reach=reach)
    await space.write(space.host, "lea", "Sans titre.", "difficulty")
    await space.write(beta, "bruno", "Une réponse.", "comment", in_reply_to=first.url)
    await network.settle()
    answer = await space.host.app.test_client().get(f"/@projet.{kind}")
    body = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    feed = ElementTree.fromstring(body)  # noqa: S314 - our own
    entries = feed.findall(f"{ATOM}entry") or feed.findall("channel/item")
    titles = [e.findtext(f"{ATOM}title") or e.findtext("title") for e in entries]
    assert titles == ["Difficulté – Sans titre.", "Essai & co <1>"]
    for hidden in ("Pas pour tous", "Une réponse"):
        assert hidden not in body
    known = (await here(space.host, first)).id
    assert f"{await base(space, space.host)}/notes/{known}" in body
    tag = answer.headers["ETag"]
    again = await space.host.app.test_client().get(
        f"/@projet.{kind}", headers={"If-None-Match": tag}
    )
    assert again.status_code == 304


async def say_territory(node: LocalNode, text: str) -> None:
    """The organisation of a node says where it is."""
    owner = node.people[node.host.partition(".")[0]]
    changes = ProfileChanges(fields=(("Territoire", text),))
    await node.store.write(lambda tx: update_profile(tx, owner, changes, node.clock.ms))
    node.services.web.renderer.forget()


async def test_partners_stand_on_a_map_and_in_a_list_that_says_the_same(network: Network) -> None:
    space = await two(network)
    alpha, beta = space.host, network.nodes["beta.example"]
    path = f"{await base(space, alpha)}/members"
    assert '<svg class="map-picture"' not in await page(alpha, path)
    await say_territory(alpha, "Manche et Calvados")
    await say_territory(beta, "La Réunion")
    await alpha.services.remote.resolve(beta.people["beta"].url)
    await space.invite(await network.node("gamma"), "chloe")
    text = await page(alpha, path)
    picture = text.partition('<svg class="map-picture"')[2].partition("</svg>")[0]
    listed = text.partition('id="where"')[2].partition("<ul")[2].partition("</ul>")[0]
    for place in ("Manche", "Calvados", "La Réunion"):
        assert place in picture, place
        assert place in listed, place
    assert "http" not in picture
    assert 'aria-labelledby="map-title map-text"' in picture
    assert "Bruno" in listed.partition("La Réunion")[2]
    assert "Chloe" in listed.partition("Ailleurs, ou non précisé")[2]


async def test_the_news_say_in_which_project_and_mark_what_is_for_members(
    network: Network,
) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    note = await space.write(
        space.host, "lea", "Les détails.", title="Rien que nous", reach="project"
    )
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    news = (await page(beta, "/timeline?scope=followed", client=bruno)).partition("<main")[2]
    assert "Projet Réalité virtuelle en atelier" in news
    assert "membres du projet" in news
    assert news.count("Rien que nous") == 1
    place = f"{await base(space, beta)}/notes/{(await here(beta, note)).id}"
    assert f'href="{place}"' in news
    answer = await bruno.get(f"/read/{(await here(beta, note)).id}?done=commented")
    assert answer.headers["Location"] == f"{place}?done=commented"
    edit = await bruno.get(f"/read/{(await here(beta, note)).id}/edit")
    assert edit.status_code == 403


async def test_a_note_has_a_page_of_its_own_for_everybody_it_is_for(network: Network) -> None:
    space = await two(network)
    alpha = space.host
    milestone = await space.write(
        alpha, "lea", "", "milestone", title="Prototype", due="2027-01-31"
    )
    note = await space.write(alpha, "lea", "Le texte.", "meeting", milestone=milestone.url)
    secret = await space.write(alpha, "lea", "Secret.", reach="project")
    await network.settle()
    text = await page(alpha, f"/objects/{note.id}")
    for said in ("Réunion", "Prototype", "Réalité virtuelle en atelier", "Le texte."):
        assert said in text, said
    assert (await get(alpha, f"/objects/{secret.id}")).status_code == 404
    carl, lea = await signed_in(alpha, "carl"), await signed_in(alpha, "lea")
    assert (await get(alpha, f"/objects/{secret.id}", client=carl)).status_code == 404
    assert "Secret." in await page(alpha, f"/objects/{secret.id}", client=lea)


async def test_what_a_project_changes_is_read_on_partners_sites(network: Network) -> None:
    space = await two(network)
    draft = SpaceDraft(name="Autre nom", project=replace(WHOLE, acronym="XYZ"))
    lead = await space.host.person("lea")
    await change_space(space.host.outbox, lead, await space.group(space.host), draft)
    await network.settle()
    beta = network.nodes["beta.example"]
    bruno = await signed_in(beta, "bruno")
    text = await page(beta, await base(space, beta), client=bruno)
    assert "XYZ" in text
    assert "Autre nom" in text


async def test_a_file_is_kept_until_the_note_is_right(network: Network) -> None:
    space = await two(network)
    lea = await signed_in(space.host, "lea")
    path = await base(space, space.host)
    token = csrf(await page(space.host, path, client=lea))
    sent = {"_csrf": token, "kind": "progress", "reach": "public", "do": "publish", "text": "",
            "title": "", "milestone": "", "happened": "", "link": "",
            "file_description": ""}  # fmt: skip
    picture = FileStorage(BytesIO(picture_bytes()), filename="a.png", content_type="image/png")
    answer = await lea.post(path, form=sent, files={"file": picture})
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    number = re.search(r'name="media" value="(\d+)"', text)
    assert number is not None
    again = sent | {"text": "Un casque.", "media": number[1]}
    answer = await lea.post(path, form=again)
    assert "Décrivez l’image" in await answer.get_data(as_text=True)
    answer = await lea.post(path, form=again | {f"description-{number[1]}": "Un casque neuf"})
    assert answer.status_code == 303
    await network.settle()
    assert "Un casque neuf" in await page(space.host, path)
    # somebody else's file is not theirs to publish
    carl = await signed_in(space.host, "carl")
    rest = {name: value for name, value in again.items() if name != "_csrf"}
    answer = await post(carl, path, **rest)
    assert 'name="media"' not in await answer.get_data(as_text=True)


def picture_bytes() -> bytes:
    """A picture of the site itself."""
    return (ROOT / "web" / "static" / "avatar.png").read_bytes()
