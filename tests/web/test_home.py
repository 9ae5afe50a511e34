"""The home page, and the pages of organisations and people."""

from objects.choices import ProfileChoices, save_profile_choices
from objects.vocabularies.names import concept_uri
from tests.support.fediverse import LocalNode
from tests.support.signed_in import signed_in
from tests.web.visiting import WHOLE, get, page, publish, with_concepts


async def test_the_home_page_shows_the_latest_experiences_and_themes(node: LocalNode) -> None:
    await with_concepts(node)
    await publish(node)
    text = await page(node, "/")
    assert WHOLE.title in text
    assert 'href="/concepts/theme/transition-ecologique"' in text
    assert 'action="/experiences"' in text


async def test_an_empty_site_says_so(node: LocalNode) -> None:
    text = await page(node, "/")
    assert "Aucune expérience n’a encore été publiée ici." in text
    assert "Par thème" not in text


async def test_posts_stand_apart_from_experiences(node: LocalNode) -> None:
    await publish(node)
    await node.write("greta", "Réunion jeudi.")
    text = await page(node, "/")
    assert text.count(WHOLE.title) == 1
    assert text.index("Dernières publications") < text.index("Réunion jeudi.")


async def test_a_member_is_greeted_and_a_visitor_is_not(node: LocalNode) -> None:
    assert "Bonjour Nour" in await page(node, "/", client=await signed_in(node, "nour"))
    assert "Bonjour" not in await page(node, "/")


async def test_restricted_experiences_are_on_no_visitors_page(node: LocalNode) -> None:
    await publish(node, title="Entre nous", reach="organisation")
    for path in ("/", "/@nour", "/@greta"):
        assert "Entre nous" not in await page(node, path), path
    assert "Entre nous" in await page(node, "/", client=await signed_in(node, "emile"))


async def test_a_person_has_a_page_with_what_they_tried(node: LocalNode) -> None:
    await publish(node)
    await node.write("nour", "Merci à toutes et tous.")
    text = await page(node, "/@nour")
    assert WHOLE.title in text
    assert "Merci à toutes et tous." in text
    assert 'href="/follow?uri=https%3A//node.example/users/nour"' in text
    assert 'href="/@nour.atom"' in text
    assert text.count(f">{WHOLE.title}<") == 1


async def test_a_person_says_what_they_do_and_know(node: LocalNode) -> None:
    await with_concepts(node)
    person = await node.person("nour")
    chosen = ProfileChoices(concept_uri("role", "anime"), (concept_uri("theme", "tiers-lieux"),))
    await node.store.write(lambda tx: save_profile_choices(tx, person.id, chosen))
    text = await page(node, "/@nour")
    assert "Anime" in text
    assert 'href="/concepts/theme/tiers-lieux"' in text


async def test_a_coauthor_shows_it_too(node: LocalNode) -> None:
    from tests.web.visiting import with_coauthor

    await publish(node, contributors=await with_coauthor(node, "emile"))
    assert WHOLE.title in await page(node, "/@emile")


async def test_the_organisation_shows_its_people_and_their_experiences(node: LocalNode) -> None:
    await publish(node)
    text = await page(node, "/@greta")
    assert WHOLE.title in text
    assert 'href="https://node.example/@nour"' in text


async def test_fields_of_a_profile_are_shown_as_they_were_cleaned(node: LocalNode) -> None:
    person = await node.person("nour")
    fields = '[{"name": "<b>Site</b>", "value": "<a href=\\"https://a.example\\">a</a>"}]'
    await node.store.write(
        lambda tx: tx.connection.execute(
            "update actors set fields = $2 where id = $1", person.id, fields
        )
    )
    text = await page(node, "/@nour")
    assert "&lt;b&gt;Site&lt;/b&gt;" in text
    assert '<a href="https://a.example">a</a>' in text


async def test_the_node_itself_has_a_page_that_search_engines_skip(node: LocalNode) -> None:
    answer = await get(node, "/actor")
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "noindex" in text
    assert "le serveur lui-même" in text


async def test_earlier_posts_are_a_page_further(node: LocalNode) -> None:
    for number in range(25):
        await node.write("greta", f"Publication numéro {number:02d}.")
    first = await page(node, "/@greta")
    assert first.count("<article") == 20
    following = first.split("?before=")[1].split('"')[0]
    second = await page(node, f"/@greta?before={following}")
    assert second.count("<article") == 5
    assert 'rel="next"' not in second
