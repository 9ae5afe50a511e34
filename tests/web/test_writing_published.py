"""What is published: changed, compared, adapted, withdrawn, reviewed; its pictures."""

import io
from typing import Any

import pytest
from PIL import Image

from actors.site import Policy, save_site
from objects.experiences.changing import adapted
from objects.experiences.fields import Experience
from objects.experiences.reading import load
from tests.support.fediverse import LocalNode
from tests.support.signed_in import session_token
from tests.web.writing_desk import FIELDS, Desk, desk, hidden, number_in, with_concepts

VISITOR = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
async def nour(node: LocalNode) -> Desk:
    return await desk(await with_concepts(node), "nour")


async def change(at: Desk, number: int, **changes: Any) -> Any:
    """Change a published experience in one go."""
    answer = await at.client.get(f"/objects/{number}/edit")
    assert answer.status_code == 303
    draft = number_in(answer.headers["Location"])
    page = await at.read(f"/drafts/{draft}/full")
    at.node.clock.pass_by(1)
    return await at.send(f"/drafts/{draft}", "publish", **hidden(page), **changes)


async def review(node: LocalNode, *, four_eyes: bool = False) -> None:
    """Let what members write be read first."""
    policy = Policy(review=True, four_eyes=four_eyes)
    await node.store.write(lambda tx: save_site(tx, "test", policy, node.clock.ms))
    node.services.web.site.forget()


async def test_a_change_is_published_and_compared_in_public(nour: Desk) -> None:
    number = await nour.publish()
    done = await change(nour, number, title="Un train qui forme dans les villages")
    assert done.headers["Location"] == f"/objects/{number}?done=changed"
    answer = await nour.node.app.test_client().get(f"/objects/{number}/versions", headers=VISITOR)
    page = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "bus</del>" in page
    assert "train</ins>" in page
    assert await nour.node.count("drafts") == 0


async def test_a_change_that_was_only_opened_is_no_draft_to_be_seen(nour: Desk) -> None:
    number = await nour.publish()
    for _ in range(2):
        assert (await nour.client.get(f"/objects/{number}/edit")).status_code == 303
    assert await nour.node.count("drafts") == 1
    assert FIELDS["title"] not in await nour.read("/drafts")


async def test_a_colleague_who_publishes_in_between_loses_nothing_and_nor_does_one(
    nour: Desk,
) -> None:
    lea = await desk(nour.node, "lea")
    number = await nour.begin()
    full = {"kind": "full", "revision": "1", "contributors-0-url": "lea"}
    await nour.send(f"/drafts/{number}/full", **full)
    done = await nour.send(f"/drafts/{number}", "publish", revision="2")
    published = number_in(done.headers["Location"])
    opened = await nour.client.get(f"/objects/{published}/edit")
    mine = number_in(opened.headers["Location"])
    hers = await change(lea, published, results="De Léa")
    assert hers.headers["Location"].endswith("done=changed")
    nour.node.clock.pass_by(1)
    late = await nour.send(f"/drafts/{mine}", "publish", revision="1", results="De Nour")
    assert late.headers["Location"].startswith(f"/drafts/{mine}/compare")
    page = await nour.read(f"/drafts/{mine}/compare")
    assert "Léa" in page
    assert "/rebase" in page
    again = await nour.send(f"/drafts/{mine}/rebase")
    assert again.headers["Location"].startswith(f"/drafts/{mine}/preview")
    revision = str((await nour.draft(mine)).record.revision)
    last = await nour.send(f"/drafts/{mine}/publish", revision=revision)
    assert last.headers["Location"].startswith("/objects/")
    versions = await nour.read(f"/objects/{published}/versions?from=1&to=3")
    assert "Nour" in versions
    found = await nour.node.store.query(lambda tx: tx.experiences.versions(published))
    assert len(found) == 2


async def test_whoever_is_no_author_any_more_publishes_nothing_that_was_begun_before(
    nour: Desk,
) -> None:
    lea = await desk(nour.node, "lea")
    number = await nour.begin()
    full = {"kind": "full", "revision": "1", "contributors-0-url": "lea"}
    await nour.send(f"/drafts/{number}/full", **full)
    done = await nour.send(f"/drafts/{number}", "publish", revision="2")
    published = number_in(done.headers["Location"])
    opened = await lea.client.get(f"/objects/{published}/edit")
    hers = number_in(opened.headers["Location"])
    nour.node.clock.pass_by(1)
    opened = await nour.client.get(f"/objects/{published}/edit")
    alone = number_in(opened.headers["Location"])
    done = await nour.send(f"/drafts/{alone}/full", "publish", **full | {"contributors-0-url": ""})
    assert done.headers["Location"].endswith("done=changed")
    await lea.send(f"/drafts/{hers}/rebase")
    nour.node.clock.pass_by(1)
    revision = str((await lea.draft(hers)).record.revision)
    late = await lea.send(f"/drafts/{hers}", "publish", revision=revision, title="Ma revanche")
    assert late.status_code == 403
    record = await nour.node.store.query(lambda tx: tx.objects.by_id(published))
    assert record is not None
    assert record.name == FIELDS["title"]
    assert (await lea.draft(hers)).experience.title == "Ma revanche", "what she wrote is kept"


async def test_whoever_is_no_editor_any_more_writes_for_the_organisation_no_more(
    nour: Desk,
) -> None:
    emile = await desk(nour.node, "emile", role="editor")
    number = await emile.begin(author="organisation")
    published = await emile.publish(author="organisation", title="De la maison", window="second")
    opened = await emile.client.get(f"/objects/{published}/edit")
    changed = number_in(opened.headers["Location"])
    person = await nour.node.person("emile")
    await nour.node.store.write(lambda tx: tx.members.set_role(person.id, "member"))
    nour.node.clock.pass_by(1)
    for draft in (number, changed):
        late = await emile.send(
            f"/drafts/{draft}", "publish", revision="1", author="organisation", title="Trop tard"
        )
        assert late.status_code == 403, await late.get_data(as_text=True)
    assert await nour.node.count("objects where name = 'Trop tard'") == 0


async def test_others_can_neither_change_nor_withdraw(nour: Desk) -> None:
    number = await nour.publish()
    lea = await desk(nour.node, "lea")
    await lea.read(f"/objects/{number}/edit", 403)
    await lea.read(f"/objects/{number}/withdraw", 403)
    assert (await lea.send(f"/objects/{number}/withdraw")).status_code == 403
    assert f"/objects/{number}/edit" not in await lea.read(f"/objects/{number}/versions")


async def test_versions_of_what_one_may_not_see_do_not_exist(nour: Desk) -> None:
    number = await nour.publish(reach="organisation")
    visitor = nour.node.app.test_client()
    for path in ("versions", "reuse", "edit", "withdraw"):
        answer = await visitor.get(f"/objects/{number}/{path}", headers=VISITOR)
        assert answer.status_code in (303, 404), path
        assert FIELDS["title"] not in await answer.get_data(as_text=True)
    lea = await desk(nour.node, "lea")
    assert FIELDS["title"] in await lea.read(f"/objects/{number}/versions")


async def test_what_was_written_for_few_stays_theirs_when_more_may_read(nour: Desk) -> None:
    number = await nour.publish(reach="organisation", caveats="Le secret de la maison")
    await change(nour, number, reach="public", caveats="Rien à cacher")
    answer = await nour.node.app.test_client().get(f"/objects/{number}/versions", headers=VISITOR)
    assert answer.status_code == 200
    assert "secret" not in await answer.get_data(as_text=True)
    assert "secret" in await nour.read(f"/objects/{number}/versions")


async def test_the_reach_does_not_shrink(nour: Desk) -> None:
    number = await nour.publish()
    refused = await change(nour, number, reach="organisation")
    assert refused.status_code == 422
    assert 'id="reach-error"' in await refused.get_data(as_text=True)


async def test_a_withdrawal_is_asked_about_then_done(nour: Desk) -> None:
    number = await nour.publish()
    assert FIELDS["title"] in await nour.read(f"/objects/{number}/withdraw")
    done = await nour.send(f"/objects/{number}/withdraw")
    assert done.headers["Location"].startswith("/my/experiences")
    answer = await nour.node.app.test_client().get(f"/objects/{number}", headers=VISITOR)
    assert answer.status_code == 410
    assert FIELDS["title"] not in await nour.read("/my/experiences")
    await nour.read(f"/objects/{number}/versions", 404)


async def test_ones_own_experiences_are_listed_with_what_readers_did(nour: Desk) -> None:
    number = await nour.publish()
    page = await nour.read("/my/experiences")
    assert FIELDS["title"] in page
    assert f"/objects/{number}/edit" in page
    assert "0 personne la trouve utile" in page


async def test_an_adaptation_says_what_was_changed_and_keeps_the_link(nour: Desk) -> None:
    number = await nour.publish()
    lea = await desk(nour.node, "lea")
    begun = await lea.send(f"/objects/{number}/reuse")
    draft = number_in(begun.headers["Location"])
    page = await lea.read(f"/drafts/{draft}")
    assert 'name="adaptations"' in page
    assert FIELDS["title"] in page
    refused = await lea.send(f"/drafts/{draft}", "publish", **hidden(page))
    assert refused.status_code == 422
    text = await refused.get_data(as_text=True)
    assert 'id="adaptations-error"' in text
    assert 'id="result_here-error"' in text
    done = await lea.send(
        f"/drafts/{draft}", "publish", **hidden(text),
        adaptations="Un minibus", result_here="Cela va aussi",
    )  # fmt: skip
    assert done.headers["Location"].startswith("/objects/")
    child = number_in(done.headers["Location"])
    found = await nour.node.store.query(lambda tx: load(tx, child, None))
    assert found is not None
    assert found.experience.adapted_from.endswith(f"/objects/{number}")
    await nour.node.work_inbox()
    assert "reuse" in await nour.node.notified("nour")


def test_licences_decide_what_an_adaptation_begins_with() -> None:
    shared = Experience(title="Un bus", approach="Pas à pas", licence="CC-BY-NC-SA-4.0")
    assert adapted(shared, "https://x.example/1").licence == "CC-BY-NC-SA-4.0"
    assert adapted(shared, "https://x.example/1").approach == "Pas à pas"
    closed = Experience(title="Un bus", approach="Pas à pas", licence="CC-BY-ND-4.0")
    begun = adapted(closed, "https://x.example/1")
    assert (begun.title, begun.approach, begun.licence) == ("", "", "CC-BY-SA-4.0")


async def test_an_address_leads_to_an_adaptation(nour: Desk) -> None:
    number = await nour.publish()
    url = f"https://node.example/objects/{number}"
    found = await nour.send("/write/adapt", address=url)
    assert found.headers["Location"] == f"/objects/{number}/reuse"
    for wrong in ("", "javascript:alert(1)", "https://node.example/objects/1"):
        refused = await nour.send("/write/adapt", address=wrong)
        assert refused.status_code == 422


async def test_with_four_eyes_somebody_else_approves(nour: Desk) -> None:
    await review(nour.node, four_eyes=True)
    emile = await desk(nour.node, "emile", "editor")
    sent = await nour.send("/write", "publish")
    assert sent.headers["Location"].startswith("/drafts?done=submitted")
    assert await nour.node.count("experiences") == 0
    assert await nour.node.notified("emile") == ["review"]
    page = await emile.read("/drafts")
    number = number_in(page[page.index("/preview") - 40 :])
    preview = await emile.read(f"/drafts/{number}/preview")
    assert FIELDS["title"] in preview
    own = await nour.send(f"/drafts/{number}/publish", revision="1")
    assert own.headers["Location"].startswith("/drafts?done=submitted")
    assert await nour.node.count("experiences") == 0
    done = await emile.send(f"/drafts/{number}/publish", revision="1")
    # not "your experience": it is somebody else's
    assert done.headers["Location"].endswith("?done=approved")
    assert done.headers["Location"].startswith("/objects/")
    assert await nour.node.notified("nour") == ["review"]
    audited = await nour.node.store.query(lambda tx: tx.ledger.audited())
    actions = [line.action for line in audited if line.action.startswith("draft")]
    assert actions == ["draft approved", "draft submitted"]


async def test_an_editor_returns_a_text_with_a_remark(nour: Desk) -> None:
    await review(nour.node)
    emile = await desk(nour.node, "emile", "editor")
    number = await nour.begin()
    await nour.send(f"/drafts/{number}", "publish", revision="1")
    empty = await emile.send(f"/drafts/{number}/return", note=" ")
    assert "note-needed" in empty.headers["Location"]
    await emile.send(f"/drafts/{number}/return", note="Et le déroulé ?")
    assert "Et le déroulé ?" in await nour.read(f"/drafts/{number}")
    assert "Et le déroulé ?" in await nour.read("/drafts")


async def test_what_changed_meanwhile_is_read_again_before_it_is_approved(nour: Desk) -> None:
    await review(nour.node)
    emile = await desk(nour.node, "emile", "editor")
    number = await nour.begin()
    await nour.send(f"/drafts/{number}", "publish", revision="1")
    await nour.send(f"/drafts/{number}", revision="1", title="Tout autre chose")
    answer = await emile.send(f"/drafts/{number}/publish", revision="1")
    assert "read-again" in answer.headers["Location"]
    assert await nour.node.count("experiences") == 0


async def test_editors_publish_in_the_name_of_the_organisation(nour: Desk) -> None:
    emile = await desk(nour.node, "emile", "editor")
    number = await emile.publish(author="organisation")
    found = await nour.node.store.query(lambda tx: load(tx, number, None))
    assert found is not None
    assert found.author.username == "greta"
    assert found.editor is not None
    assert found.editor.username == "emile"
    mine = await nour.publish(author="organisation", title="De Nour")
    own = await nour.node.store.query(lambda tx: load(tx, mine, None))
    assert own is not None
    assert own.author.username == "nour"


def picture() -> bytes:
    """A picture that is larger than pages show."""
    buffer = io.BytesIO()
    Image.effect_mandelbrot((2000, 1000), (-2, -1, 1, 1), 30).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


async def upload(at: Desk, number: int, content: bytes, name: str, **fields: str) -> Any:
    """Send a file with the form."""
    from quart.datastructures import FileStorage

    from actors.sign_in.sessions import form_token

    token = form_token(session_token(at.client))
    revision = str((await at.draft(number)).record.revision)
    form = {"_csrf": token, "kind": "quick", "do": "upload", "revision": revision, **FIELDS}
    return await at.client.post(
        f"/drafts/{number}",
        form={**form, **fields},
        files={"file": FileStorage(io.BytesIO(content), filename=name)},
        headers={"Accept-Language": "fr"},
    )


async def test_a_picture_needs_a_description_and_the_consent_of_people(nour: Desk) -> None:
    number = await nour.begin()
    refused = await upload(nour, number, picture(), "bus.jpg")
    assert refused.status_code == 422
    page = await refused.get_data(as_text=True)
    assert 'id="file_description-error"' in page
    assert FIELDS["caveats"] in page
    added = await upload(nour, number, picture(), "bus.jpg", file_description="Le bus")
    assert added.status_code == 303
    revision = str((await nour.draft(number)).record.revision)
    unasked = await nour.send(f"/drafts/{number}", "publish", revision=revision)
    assert unasked.status_code == 422
    assert 'id="consent-error"' in await unasked.get_data(as_text=True)
    done = await nour.send(f"/drafts/{number}", "publish", revision=revision, consent="y")
    assert done.headers["Location"].startswith("/objects/")
    found = await nour.node.store.query(
        lambda tx: load(tx, number_in(done.headers["Location"]), None)
    )
    assert found is not None
    assert [file.description for file in found.files] == ["Le bus"]
    page = await nour.read(f"/objects/{found.record.id}")
    assert 'type="image/avif"' in page
    assert 'type="image/webp"' in page


async def test_the_smaller_pictures_are_served_as_what_they_are(nour: Desk) -> None:
    number = await nour.begin()
    await upload(nour, number, picture(), "bus.jpg", file_description="Le bus")
    (media,) = (await nour.draft(number)).media
    for file, kind, form in (
        (media.avif, "image/avif", "AVIF"),
        (media.webp, "image/webp", "WEBP"),
    ):
        answer = await nour.client.get(f"/media/{file}")
        assert answer.content_type == kind
        with Image.open(io.BytesIO(await answer.get_data())) as image:
            assert (image.format, image.size) == (form, (1600, 800))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "x.svg"),
        (b"MZ\x90\x00", "x.exe"),
        (b"\xff\xd8\xff\xe0 no picture", "x.jpg"),
        (b"", "empty.png"),
    ],
)
async def test_files_that_cannot_be_shown_are_refused_in_plain_words(
    nour: Desk, content: bytes, name: str
) -> None:
    number = await nour.begin()
    answer = await upload(nour, number, content, name, file_description="x")
    assert answer.status_code == 422
    assert 'id="file-error"' in await answer.get_data(as_text=True)
    assert (await nour.draft(number)).media == ()


async def test_files_are_ordered_described_and_removed_without_a_script(nour: Desk) -> None:
    number = await nour.begin()
    for name in ("un", "deux"):
        await upload(nour, number, b"%PDF-1.7\n" + name.encode(), f"{name}.pdf")
    first, second = (await nour.draft(number)).media
    assert (first.description, second.description) == ("un.pdf", "deux.pdf")
    await nour.send(
        f"/drafts/{number}", f"up:{second.id}", **{f"description-{first.id}": "Le plan"}
    )
    found = (await nour.draft(number)).media
    assert [media.id for media in found] == [second.id, first.id]
    assert found[1].description == "Le plan"
    await nour.send(f"/drafts/{number}", f"drop:{second.id}")
    await nour.send(f"/drafts/{number}", "drop:1")
    await nour.send(f"/drafts/{number}", "up:x")
    assert [media.id for media in (await nour.draft(number)).media] == [first.id]
