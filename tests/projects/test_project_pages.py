"""The pages for opening, steering and belonging, as a lead, a partner and strangers see them."""

from quart.testing import QuartClient

from storage.records import ActorRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of
from tests.web.visiting import assert_valid


async def base(space: ProjectSpace, node: LocalNode) -> str:
    return f"/projects/{(await space.group(node)).id}"


async def text_of(client: QuartClient, path: str, language: str = "fr") -> str:
    page = await page_of(client, path, language)
    assert_valid(page)
    return page


async def local(node: LocalNode, username: str) -> ActorRecord:
    found = await node.store.query(lambda tx: tx.actors.local(username))
    assert found is not None
    return found


FORM = {
    "name": "Réalité virtuelle en atelier",
    "summary": "Essayer la réalité virtuelle avec des apprentis.",
    "state": "running",
    "joining": "request",
    "reach": "public",
}


async def test_a_member_opens_a_project_whose_address_is_made_from_its_name(
    node: LocalNode,
) -> None:
    lea = await signed_in(node, "lea")
    await text_of(lea, "/projects/new")
    answer = await post(lea, "/projects/new", **FORM, engagement="porte le projet")
    assert answer.status_code == 303
    group = await local(node, "realite-virtuelle-en-atelier")
    assert group.type == "Group"
    members = await node.store.query(lambda tx: tx.projects.memberships(group.id))
    assert [(p.username, m.role, m.engagement) for m, p in members] == [
        ("lea", "lead", "porte le projet")
    ]
    again = await post(lea, "/projects/new", **FORM)
    assert again.status_code == 303
    assert (await local(node, "realite-virtuelle-en-atelier-2")).type == "Group"


async def test_nothing_typed_is_lost_on_a_mistake_or_on_the_way_to_the_whole_form(
    node: LocalNode,
) -> None:
    lea = await signed_in(node, "lea")
    wrong = await post(lea, "/projects/new", **FORM | {"name": ""}, purpose="Pour *apprendre*")
    page = await wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert_valid(page)
    assert "Pour *apprendre*" in page
    whole = await post(lea, "/projects/new", **FORM, purpose="Pour *apprendre*", do="whole")
    page = await whole.get_data(as_text=True)
    assert whole.status_code == 200
    assert_valid(page)
    assert "Pour *apprendre*" in page
    assert 'name="budget"' in page
    values = {
        "form": "whole",
        "budget": "beaucoup",
        "own_share": "120",
        "starts": "2026-09-31",
        "territory": "Caen",
        "objectives": "Apprendre",
        "indicators-0-name": "Abandons",
    }
    wrong = await post(lea, "/projects/new", **FORM, **values)
    page = await wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    for typed in ("beaucoup", "120", "2026-09-31", "Caen", "Apprendre", "Abandons"):
        assert typed in page
    for name in ("budget", "own_share", "starts", "territory"):
        assert f'id="{name}-error"' in page


async def test_a_name_that_was_given_is_refused_with_one_that_is_free(node: LocalNode) -> None:
    lea = await signed_in(node, "lea")
    answer = await post(lea, "/projects/new", **FORM, username="lea")
    page = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "lea-2" in page
    answer = await post(lea, "/projects/new", **FORM, username="Être là")
    assert answer.status_code == 422


async def test_readers_open_no_project(node: LocalNode) -> None:
    rene = await signed_in(node, "rene", role="reader")
    assert (await rene.get("/projects/new")).status_code == 403
    assert (await post(rene, "/projects/new", **FORM)).status_code == 403
    assert "/projects/new" not in await page_of(rene, "/projects")


async def test_everything_that_a_lead_changes_is_kept(node: LocalNode, network: Network) -> None:
    space = await open_project(network, node)
    lea, path = await signed_in(node, "lea"), await base(space, node)
    await text_of(lea, f"{path}/settings")
    answer = await post(
        lea,
        f"{path}/settings",
        **FORM | {"name": "Un autre nom", "state": "selected", "reach": "network"},
        acronym="UAN",
        call="Appel 2026",
        call_url="https://appel.example/",
        budget="12 000",
        own_share="20",
        objectives="Un\nDeux",
        starts="2026-09-01",
        ends="2027-06-30",
        territory="50129",
        territory_name="Cherbourg",
        language="fr",
        **{"indicators-0-name": "Abandons", "indicators-0-after": "9 %"},
    )
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    page = await text_of(lea, f"{path}/settings")
    for value in ("Un autre nom", "UAN", "Appel 2026", "12000", "Deux", "Cherbourg", "9 %"):
        assert value in page
    record = await node.store.query(lambda tx: tx.projects.by_url(space.url))
    assert record is not None
    assert (record[1].state, record[1].reach) == ("selected", "network")


async def test_a_project_is_given_up_only_after_a_question(
    node: LocalNode, network: Network
) -> None:
    space = await open_project(network, node)
    lea, path = await signed_in(node, "lea"), await base(space, node)
    sneaky = await post(lea, f"{path}/settings", **FORM | {"state": "abandoned"}, language="fr")
    assert sneaky.status_code == 422
    await text_of(lea, f"{path}/give-up")
    await post(lea, f"{path}/give-up")
    found = await node.store.query(lambda tx: tx.projects.by_url(space.url))
    assert found is not None
    assert found[1].state == "abandoned"
    assert found[1].closed_at is not None
    assert (await lea.get(f"{path}/give-up")).status_code == 409
    await post(lea, f"{path}/settings", **FORM, language="fr")
    found = await node.store.query(lambda tx: tx.projects.by_url(space.url))
    assert found is not None
    assert (found[1].state, found[1].closed_at) == ("running", None)


async def test_somebody_of_another_server_is_invited_by_address_and_accepts(
    network: Network,
) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    space = await open_project(network, alpha)
    await beta.person("bruno")
    lea, path = await signed_in(alpha, "lea"), await base(space, alpha)
    answer = await post(
        lea, f"{path}/members", address="@bruno@beta.example", role="partner", message="Venez !"
    )
    assert answer.headers["Location"].endswith("done=invited")
    page = await text_of(lea, f"{path}/members")
    assert "bruno@beta.example" in page
    await network.settle()
    bruno, there = await signed_in(beta, "bruno"), await base(space, beta)
    assert f"{there}" in await page_of(bruno, "/notifications")
    page = await text_of(bruno, f"{there}/members")
    assert "Venez" in page
    answer = await post(bruno, f"{there}/answer", answer="yes")
    assert answer.status_code == 303
    await network.settle()
    assert (await space.members(alpha))["bruno@beta.example"] == "partner"
    assert "bruno@beta.example" in await text_of(bruno, f"{there}/members")
    assert "Réalité virtuelle" in await text_of(bruno, "/projects")


async def joined(network: Network) -> ProjectSpace:
    space = await open_project(network, await network.node("alpha"))
    await space.invite(await network.node("beta"), "bruno")
    return space


async def test_a_request_from_elsewhere_is_told_to_the_lead_and_answered(network: Network) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    space = await open_project(network, alpha)
    bruno = await signed_in(beta, "bruno")
    found = await page_of(bruno, "/people?who=@projet@alpha.example")
    there = await base(space, beta)
    assert "projet@alpha.example" in found
    assert f"{there}" in await page_of(bruno, f"/people/{there.rpartition('/')[2]}")
    await text_of(bruno, f"{there}/join")
    answer = await post(bruno, f"{there}/join", message="Nous avons un atelier.")
    assert answer.headers["Location"].endswith("done=asked-to-join")
    await network.settle()
    lea, path = await signed_in(alpha, "lea"), await base(space, alpha)
    assert "Bruno souhaite rejoindre le projet" in await page_of(lea, "/notifications")
    assert "1 demande d’adhésion" in await page_of(lea, "/projects")
    page = await text_of(lea, f"{path}/members")
    assert "Nous avons un atelier." in page
    person = await alpha.actor("https://beta.example/users/bruno")
    assert person is not None
    await post(lea, f"{path}/members/{person.id}/accept", role="observer")
    await network.settle()
    assert (await space.members(beta))["bruno@beta.example"] == "observer"
    assert "Vous faites maintenant partie du projet" in await page_of(bruno, "/notifications")


async def test_a_declined_request_is_told_to_who_asked(network: Network) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    space = await open_project(network, alpha)
    bruno = await signed_in(beta, "bruno")
    await page_of(bruno, "/people?who=@projet@alpha.example")
    await post(bruno, f"{await base(space, beta)}/join")
    await network.settle()
    lea, path = await signed_in(alpha, "lea"), await base(space, alpha)
    person = await alpha.actor("https://beta.example/users/bruno")
    assert person is not None
    await post(lea, f"{path}/members/{person.id}/decline", reason="C’est complet.")
    again = await post(lea, f"{path}/members/{person.id}/decline")
    assert again.status_code == 404
    await network.settle()
    assert "a décliné votre demande" in await page_of(bruno, "/notifications")


async def test_whoever_cannot_be_invited_is_said_beside_the_address(network: Network) -> None:
    space = await joined(network)
    alpha = space.host
    network.wires.silent.add("away.example")
    lea, path = await signed_in(alpha, "lea"), await base(space, alpha)
    for typed, reason in {
        "personne": "Personne de ce nom sur ce site",
        "x@away.example": "ne répond pas",
        "nobody@beta.example": "ne mène à personne",
        "bruno@beta.example": "fait déjà partie du projet",
        "projet@alpha.example": "Seules des personnes et des organisations",
    }.items():
        answer = await post(lea, f"{path}/members", address=typed, role="partner", message="Venez")
        page = await answer.get_data(as_text=True)
        assert answer.status_code == 422, typed
        assert_valid(page)
        assert reason in page, typed
        assert "Venez" in page


async def test_an_invitation_is_withdrawn_and_then_cannot_be_accepted(network: Network) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    space = await open_project(network, alpha)
    await beta.person("bruno")
    lea, path = await signed_in(alpha, "lea"), await base(space, alpha)
    await post(lea, f"{path}/members", address="bruno@beta.example", role="partner")
    await network.settle()
    person = await alpha.actor("https://beta.example/users/bruno")
    assert person is not None
    await post(lea, f"{path}/members/{person.id}/withdraw")
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    answer = await post(bruno, f"{await base(space, beta)}/answer", answer="yes")
    assert answer.status_code == 404
    assert "bruno@beta.example" not in await space.members(alpha)


async def test_a_role_and_what_somebody_does_are_changed_for_every_server(network: Network) -> None:
    space = await joined(network)
    lea, path = await signed_in(space.host, "lea"), await base(space, space.host)
    bruno = await space.host.actor("https://beta.example/users/bruno")
    assert bruno is not None
    await text_of(lea, f"{path}/members/{bruno.id}")
    await post(lea, f"{path}/members/{bruno.id}", role="lead", engagement="Deux salles.")
    await network.settle()
    beta = space.people["bruno"]
    assert (await space.members(beta))["bruno@beta.example"] == "lead"
    there = await signed_in(beta, "bruno")
    assert "Deux salles." in await text_of(there, f"{await base(space, beta)}/members")


async def test_the_last_lead_neither_leaves_nor_becomes_a_partner(network: Network) -> None:
    space = await joined(network)
    lea, path = await signed_in(space.host, "lea"), await base(space, space.host)
    own = await space.host.person("lea")
    refused = await post(lea, f"{path}/members/{own.id}", role="partner", engagement="")
    assert refused.status_code == 422
    assert "nommez d’abord" in await refused.get_data(as_text=True)
    refused = await post(lea, f"{path}/leave")
    assert refused.status_code == 409
    assert "nommez d’abord" in await refused.get_data(as_text=True)
    assert (await space.members(space.host))["lea@alpha.example"] == "lead"


async def test_a_member_leaves_from_their_own_site(network: Network) -> None:
    space = await joined(network)
    beta = space.people["bruno"]
    bruno, there = await signed_in(beta, "bruno"), await base(space, beta)
    await text_of(bruno, f"{there}/leave")
    answer = await post(bruno, f"{there}/leave")
    assert answer.headers["Location"].endswith("done=project-left")
    await network.settle()
    assert "bruno@beta.example" not in await space.members(space.host)


async def test_a_lead_elsewhere_invites_and_removes_through_the_project(network: Network) -> None:
    space = await joined(network)
    beta, gamma = space.people["bruno"], await network.node("gamma")
    lea, path = await signed_in(space.host, "lea"), await base(space, space.host)
    known = await space.host.actor("https://beta.example/users/bruno")
    assert known is not None
    await post(lea, f"{path}/members/{known.id}", role="lead", engagement="")
    await network.settle()
    await gamma.person("chloe")
    bruno, there = await signed_in(beta, "bruno"), await base(space, beta)
    answer = await post(bruno, f"{there}/members", address="chloe@gamma.example", role="observer")
    assert answer.headers["Location"].endswith("done=sent-on")
    await network.settle()
    chloe = await signed_in(gamma, "chloe")
    await post(chloe, f"{await base(space, gamma)}/answer", answer="yes")
    await network.settle()
    assert (await space.members(space.host))["chloe@gamma.example"] == "observer"
    target = await beta.actor("https://gamma.example/users/chloe")
    assert target is not None
    await text_of(bruno, f"{there}/members/{target.id}")
    await post(bruno, f"{there}/members/{target.id}/remove")
    await network.settle()
    assert "chloe@gamma.example" not in await space.members(space.host)


async def test_what_a_partner_proposes_waits_for_a_lead_on_the_page(network: Network) -> None:
    from objects.projects.offers import MemberChange
    from outbox.acts.projects.offers import make_offer

    space = await joined(network)
    beta = space.people["bruno"]
    nadia = await space.host.person("nadia")
    await make_offer(
        beta.outbox,
        await beta.person("bruno"),
        await space.group(beta),
        MemberChange(person=nadia.url, role="observer"),
    )
    await network.settle()
    lea, path = await signed_in(space.host, "lea"), await base(space, space.host)
    page = await text_of(lea, f"{path}/members")
    assert "Bruno propose" in page
    assert "Nadia" in page
    number = page.split(f"{path}/proposals/")[1].split('"')[0]
    assert (await post(lea, f"{path}/proposals/12345", answer="yes")).status_code == 404
    await post(lea, f"{path}/proposals/{number}", answer="yes")
    again = await post(lea, f"{path}/proposals/{number}", answer="no")
    assert again.status_code == 409
    assert (await space.membership(space.host, nadia.url)).state == "invited"  # type: ignore[union-attr]
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    assert "a fait ce que vous" in await page_of(bruno, "/notifications")


async def test_new_notes_are_told_once_a_day_and_never_what_was_there_before(
    network: Network,
) -> None:
    space = await open_project(network, await network.node("alpha"), reach="project")
    await space.write(space.host, "lea", "Avant tout le monde.")
    await network.settle()
    network.clock.now += 60
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    bruno = await signed_in(beta, "bruno")
    assert "Du nouveau dans le projet" not in await page_of(bruno, "/notifications")
    network.clock.now += 60
    await space.write(space.host, "lea", "Premier essai.")
    await space.write(space.host, "lea", "Second essai.")
    await network.settle()
    page = await page_of(bruno, "/notifications")
    assert page.count("Du nouveau dans le projet") == 1
    assert "essai." in page
    assert "Avant tout le monde" not in page
    lea = await signed_in(space.host, "lea")
    assert "Du nouveau dans le projet" not in await page_of(lea, "/notifications")


async def test_authors_are_not_told_that_the_project_passed_their_note_on(
    network: Network,
) -> None:
    space = await joined(network)
    beta = space.people["bruno"]
    await space.write(beta, "bruno", "Pour tout le monde.")
    await space.write(space.host, "lea", "Pour tout le monde aussi.")
    await network.settle()
    for node, name in ((beta, "bruno"), (space.host, "lea")):
        page = await page_of(await signed_in(node, name), "/notifications")
        assert "partagé" not in page.partition("<main")[2], name


async def test_a_note_for_members_is_told_to_nobody_who_has_left(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"), reach="project")
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    network.clock.now += 60
    await space.write(space.host, "lea", "Secret de fabrication.")
    await network.settle()
    bruno = await signed_in(beta, "bruno")
    assert "Secret de fabrication" in await page_of(bruno, "/notifications")
    await post(bruno, f"{await base(space, beta)}/leave")
    assert "Secret de fabrication" not in await page_of(bruno, "/notifications")
    assert "Secret de fabrication" not in await page_of(bruno, "/dashboard")


async def test_the_list_is_narrowed_by_words_state_and_territory(
    node: LocalNode, network: Network
) -> None:
    await open_project(
        network, node, territory="50129", territory_name="Cherbourg", purpose="Chaudronnerie"
    )
    lea = await signed_in(node, "lea")
    await post(
        lea,
        "/projects/new",
        form="whole",
        **FORM | {"name": "Écouter la forêt", "state": "idea"},
        territory="61214",
        language="fr",
    )
    both = {"Réalité virtuelle en atelier", "Écouter la forêt"}
    rose = await signed_in(node, "rose")
    for query, shown in {
        "": both,
        "?q=foret": {"Écouter la forêt"},
        "?q=CHAUDRONNERIE": {"Réalité virtuelle en atelier"},
        "?state=idea": {"Écouter la forêt"},
        "?territory=50": {"Réalité virtuelle en atelier"},
        "?territory=R28": both,
        "?territory=R28&q=rien": set(),
        "?page=2": set(),
        "?page=x&state=nothing": both,
    }.items():
        page = await text_of(rose, f"/projects{query}")
        assert {name for name in both if f">{name}</a>" in page} == shown, query


async def test_profiles_show_public_projects_only(node: LocalNode, network: Network) -> None:
    await open_project(network, node)
    await open_project(network, node, username="secret", reach="project")
    rose = await signed_in(node, "rose")
    lea = await node.person("lea")
    for path in ("/@lea", "/@greta", f"/people/{lea.id}", "/projects"):
        page = await page_of(rose, path)
        assert page.count("Réalité virtuelle en atelier</a>") == 1, path
    own = await signed_in(node, "lea")
    assert (await page_of(own, "/projects")).count("Réalité virtuelle en atelier</a>") == 2


async def test_who_follows_from_elsewhere_can_ask_to_join(network: Network) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    space = await open_project(network, alpha)
    bruno = await signed_in(beta, "bruno")
    answer = await post(bruno, "/authorize_interaction", uri=space.url)
    page = await answer.get_data(as_text=True)
    there = await base(space, beta)
    assert f"{there}/join" in page
    answer = await post(bruno, "/authorize_interaction", uri=space.url, do="join")
    assert answer.headers["Location"] == f"{there}/join"
    lea = await alpha.person("lea")
    answer = await post(bruno, "/authorize_interaction", uri=lea.url, do="join")
    assert answer.status_code == 422
    assert "pas de projet à cette adresse" in await answer.get_data(as_text=True)


async def test_a_lead_gives_the_project_a_logo(node: LocalNode, network: Network) -> None:
    from io import BytesIO

    from PIL import Image
    from quart.datastructures import FileStorage

    from actors.sign_in.sessions import form_token
    from tests.support.signed_in import session_token

    space = await open_project(network, node)
    lea, path = await signed_in(node, "lea"), await base(space, node)
    picture = BytesIO()
    Image.new("RGB", (64, 64), "red").save(picture, "PNG")
    token = form_token(session_token(lea))
    values = FORM | {"_csrf": token, "language": "fr"}
    picture.seek(0)
    answer = await lea.post(
        f"{path}/settings",
        form=values,
        files={"icon": FileStorage(picture, "logo.png", content_type="image/png")},
    )
    assert answer.status_code == 303
    assert (await space.group(node)).icon.startswith("https://node.example/media/")
    broken = FileStorage(BytesIO(b"no picture"), "x.png", content_type="image/png")
    answer = await lea.post(f"{path}/settings", form=values, files={"icon": broken})
    assert answer.status_code == 422
    assert (await space.group(node)).icon.startswith("https://node.example/media/")
    await post(lea, f"{path}/settings", **FORM, language="fr", remove_icon="y")
    assert (await space.group(node)).icon == ""
