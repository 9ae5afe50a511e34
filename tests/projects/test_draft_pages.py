"""Notes that are kept for later: by the button, by the page itself, with their files."""

import re

import pytest

from actors.sign_in.sessions import form_token
from objects.projects.entries import Entry
from outbox.acts.projects.drafts import publish_note
from outbox.acts.projects.entries import EntryDraft
from outbox.context import ActRefused
from tests.projects.note_desk import TEXT, Desk, desk_of, form, partner, picture
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import post, session_token


@pytest.fixture
async def amina(network: Network, node: LocalNode) -> Desk:
    return await partner(network, node)


async def test_a_note_that_was_kept_is_found_again_and_published_once(amina: Desk) -> None:
    answer = await amina.send(title="Casques", link="pas une adresse", happened="32/13/2026")
    (draft,) = await amina.drafts()
    place = answer.headers["Location"]
    assert place == f"{amina.base}?draft={draft.id}&done=note-kept#write"
    shown = await amina.read(place.partition("#")[0])
    assert "Votre note est gardée." in shown
    assert 'id="write" open>' in shown
    for typed in (TEXT, 'value="Casques"', 'value="pas une adresse"', 'value="32/13/2026"'):
        assert typed in shown
    assert re.search(r'<input[^>]*checked[^>]*value="difficulty"', shown)
    folded = await amina.read()
    assert TEXT in folded
    assert "Votre brouillon du" in folded
    assert 'id="write" open>' not in folded
    answer = await amina.send("publish", draft.id, revision="1", window="two")
    assert answer.headers["Location"] == f"{amina.base}?done=noted#journal"
    assert await amina.drafts() == []
    assert (await amina.read()).count(TEXT) == 1


async def test_a_refused_publication_keeps_the_draft(amina: Desk) -> None:
    answer = await amina.send("publish", link="pas une adresse")
    assert answer.status_code == 422
    (draft,) = await amina.drafts()
    assert f'action="{amina.base}?draft={draft.id}"' in await answer.get_data(as_text=True)
    assert TEXT in await amina.read()
    empty = await amina.send("publish", draft.id, revision="1", window="two", text=" ")
    assert empty.status_code == 422
    assert len(await amina.drafts()) == 1


async def test_nothing_is_kept_of_a_form_that_says_nothing(amina: Desk) -> None:
    for do in ("keep", "publish"):
        answer = await amina.send(do, text=" ")
        assert answer.status_code == 422
        assert "Écrivez d’abord un titre ou un texte." in await answer.get_data(as_text=True)
    saved = await amina.autosave(text="")
    assert (saved.status_code, await saved.get_json()) == (
        200,
        {"id": "", "revision": 0, "action": amina.base, "said": "", "compare": ""},
    )
    assert await amina.drafts() == []


async def test_the_page_saves_by_itself_and_publishing_ends_that(amina: Desk) -> None:
    first = await (await amina.autosave(step="1")).get_json()
    (draft,) = await amina.drafts()
    assert first["id"] == str(draft.id)
    assert first["action"] == f"{amina.base}?draft={draft.id}"
    assert re.fullmatch(r"Enregistré à \d\d:\d\d", first["said"])
    second = await (await amina.autosave(draft.id, step="2", revision="1", text="Deux.")).get_json()
    assert (second["id"], second["revision"]) == (first["id"], 2)
    published = await amina.send("publish", draft.id, step="3", revision="2", text="Deux.")
    assert published.status_code == 303
    late = await amina.autosave(draft.id, step="4", revision="2", text="Trop tard.")
    assert late.status_code == 410
    twice = await amina.send("publish", draft.id, step="5", revision="2", text="Deux.")
    assert twice.status_code == 422
    assert "a été publié ou supprimé" in await twice.get_data(as_text=True)
    assert await amina.node.count("project_entries") == 1


async def test_two_windows_keep_both_texts(amina: Desk) -> None:
    await amina.autosave(step="1", text="De la première.")
    (one,) = await amina.drafts()
    await amina.autosave(one.id, step="2", revision="1", text="Encore la première.")
    answer = await amina.autosave(one.id, window="two", step="1", revision="1", text="La seconde.")
    state = await answer.get_json()
    assert answer.status_code == 409
    assert state["compare"] == f"{amina.base}?draft={one.id}#write"
    assert {d.id for d in await amina.drafts()} == {one.id, int(state["id"])}
    shown = await amina.read(f"?draft={state['id']}")
    assert "La seconde." in shown
    assert "un autre texte de vous" in shown
    assert "Encore la première." in await amina.read(f"?draft={one.id}")
    # a third one that saw neither is asked to look before it publishes
    third = await amina.send("publish", one.id, window="three", revision="1", text="La troisième.")
    assert third.status_code == 422
    assert "Les deux sont gardés" in await third.get_data(as_text=True)
    assert await amina.node.count("project_entries") == 0
    assert len(await amina.drafts()) == 3


async def test_a_form_that_began_empty_publishes_beside_the_draft_of_another(amina: Desk) -> None:
    await amina.autosave(step="1", text="Ce qui n’est pas fini.")
    published = await amina.send("publish", window="two", text="Une courte note.")
    assert published.status_code == 303
    (draft,) = await amina.drafts()
    assert "Ce qui n’est pas fini." in draft.fields


async def test_files_stay_with_the_draft_and_leave_it_with_the_note(amina: Desk) -> None:
    token = form_token(session_token(amina.client))
    sent = form(_csrf=token, do="keep", file_description="Un casque")
    answer = await amina.client.post(amina.base, form=sent, files={"file": picture()})
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    (draft,) = await amina.drafts()
    (media,) = await amina.node.store.query(lambda tx: tx.project_drafts.media(draft.id))
    later = amina.node.clock.ms + 10 * 86_400_000
    assert await amina.node.store.query(lambda tx: tx.ledger.orphans(later)) == []
    shown = await amina.read()
    assert f'name="media" value="{media.id}"' in shown
    assert 'value="Un casque"' in shown
    # the page leaves nothing out by itself: the tick may be taken back
    ticked = {"media": str(media.id), "drop": str(media.id), f"description-{media.id}": "Le casque"}
    await amina.autosave(draft.id, step="1", revision="1", window="two", **ticked)
    (kept,) = await amina.node.store.query(lambda tx: tx.project_drafts.media(draft.id))
    assert kept.description == "Le casque"
    await amina.send("keep", draft.id, revision="1", window="two", **ticked)
    assert await amina.node.store.query(lambda tx: tx.project_drafts.media(draft.id)) == []
    files = {"media": str(media.id), f"description-{media.id}": "Le casque"}
    await amina.send("publish", draft.id, window="two", **files)
    assert await amina.node.count("media where object_id is not null") == 1
    assert await amina.node.count("project_draft_media") == 0


async def test_publishing_and_forgetting_are_one_act(amina: Desk) -> None:
    await amina.send()
    (draft,) = await amina.drafts()
    await amina.autosave(draft.id, window="two", step="1", revision="1", text="Autre chose.")
    writer, group = await amina.node.person("amina"), await amina.space.group(amina.node)
    note = EntryDraft(entry=Entry(kind="progress"), text=TEXT)
    with pytest.raises(ActRefused, match="changed or published"):
        await publish_note(amina.node.outbox, writer, group, note, draft)
    assert await amina.node.count("project_entries") == 0
    assert len(await amina.drafts()) == 1


async def test_ones_drafts_are_listed_with_those_of_experiences(amina: Desk) -> None:
    await amina.send(title="Casques à régler")
    (draft,) = await amina.drafts()
    link = f'href="/drafts/notes/{draft.id}"'
    for path in ("/drafts", "/dashboard"):
        page = await amina.read(path)
        assert link in page, path
        assert "Casques à régler" in page
        assert "Réalité virtuelle en atelier" in page
    answer = await amina.client.get(f"/drafts/notes/{draft.id}")
    assert answer.headers["Location"] == f"{amina.base}?draft={draft.id}#write"


async def test_readers_who_belong_to_a_project_find_their_drafts(amina: Desk) -> None:
    rene = await desk_of(amina.space, "rene", "reader")
    await amina.space.invite(amina.node, "rene")
    await rene.send(title="D’une lectrice")
    page = await rene.read("/drafts")
    assert "D’une lectrice" in page
    assert "/write" not in page.partition("<main")[2].partition("</main")[0]


async def test_a_draft_is_thrown_away_after_a_question(amina: Desk) -> None:
    await amina.send()
    (draft,) = await amina.drafts()
    assert f'href="/drafts/notes/{draft.id}/delete"' in await amina.read()
    asked = await amina.read(f"/drafts/notes/{draft.id}/delete")
    assert "Jeter ce brouillon" in asked
    assert TEXT in asked
    answer = await post(amina.client, f"/drafts/notes/{draft.id}/delete")
    assert answer.headers["Location"] == f"{amina.base}?done=draft-deleted"
    assert await amina.drafts() == []
    assert TEXT not in await amina.read()
