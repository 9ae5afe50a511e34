"""What members choose: profile, mails, applications, other accounts, leaving."""

import io

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from actors.auth import issue_token
from actors.sign_in.sessions import form_token
from objects.choices import TOPICS, ProfileChoices, leaving_at, mail_choices, profile_choices
from objects.experiences.drafts import Writer, Written, start
from objects.experiences.fields import Experience
from objects.vocabularies.bundle import load_bundled
from storage.mails import MailRecord
from storage.store import Tx
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import post, session_token, signed_in
from tests.web.members import actor_of, page_of, settle, share_experience
from web.departures import GRACE_MS, Departures

PROFILE = {"name": "Amina Diallo", "summary": "Formatrice.\n\nÀ Caen.", "discoverable": "y"}


def png() -> bytes:
    """A picture with a place in its metadata."""
    buffer = io.BytesIO()
    Image.new("RGB", (50, 50), (200, 90, 10)).save(buffer, "PNG")
    return buffer.getvalue()


async def mails_of(node: LocalNode) -> list[MailRecord]:
    """Every mail in the queue, oldest first."""
    return await node.store.query(lambda tx: tx.mails.all_of(MailRecord, "from mails order by id"))


async def test_a_profile_is_saved_and_told(node: LocalNode) -> None:
    await load_bundled(node.store, node.clock.ms)
    amina = await signed_in(node, "amina")
    known = await node.store.query(lambda tx: tx.concepts.of_schemes(("theme", "role")))
    skill, role = known["theme"][0].uri, known["role"][0].uri
    form = PROFILE | {
        "fields-0-name": "Site",
        "fields-0-value": "https://amina.example/",
        "fields-1-name": "Ville",
        "fields-1-value": "<b>Caen</b>",
        "language": "fr",
        "locked": "y",
        "role": role,
        "skills": skill,
    }
    assert (await post(amina, "/settings/profile", **form)).status_code == 303
    actor = await actor_of(node, "amina")
    assert actor.name == "Amina Diallo"
    assert actor.summary == "<p>Formatrice.</p><p>À Caen.</p>"
    assert r"href=\"https://amina.example/\"" in actor.fields
    assert "<b>" not in actor.fields
    assert (actor.locked, actor.discoverable, actor.indexable) == (1, 1, 0)
    assert "Formatrice.\n\nÀ Caen." in await page_of(amina, "/settings/profile")
    chosen = await node.store.query(lambda tx: profile_choices(tx, actor.id))
    assert chosen == ProfileChoices(role, (skill,))
    shown = await page_of(await signed_in(node, "bruno"), f"/people/{actor.id}")
    assert known["theme"][0].label("fr") in shown
    assert known["role"][0].label("fr") in shown


async def test_unknown_concepts_and_an_empty_name_are_refused_with_what_was_typed(
    node: LocalNode,
) -> None:
    await load_bundled(node.store, node.clock.ms)
    amina = await signed_in(node, "amina")
    answer = await post(amina, "/settings/profile", **PROFILE | {"name": " ", "role": "urn:evil"})
    page = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#name"' in page
    assert 'href="#role"' in page
    assert "Formatrice." in page


async def test_a_portrait_is_redrawn_and_can_be_removed(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")

    async def send(content: bytes, **more: str) -> int:
        answer = await amina.post(
            "/settings/profile",
            form={"_csrf": form_token(session_token(amina)), **PROFILE, **more},
            files={"icon": FileStorage(io.BytesIO(content), filename="a.png")},
        )
        return answer.status_code

    assert await send(png()) == 303
    actor = await actor_of(node, "amina")
    assert actor.icon.startswith("https://node.example/media/")
    assert await send(b"<svg onload=alert(1)>") == 422
    assert await send(b"%PDF-1.4 not a picture") == 422
    assert (await actor_of(node, "amina")).icon == actor.icon
    assert (await post(amina, "/settings/profile", **PROFILE, remove_icon="y")).status_code == 303
    assert (await actor_of(node, "amina")).icon == ""


async def test_mails_are_chosen_by_topic(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    form = dict.fromkeys(TOPICS, "none") | {"answers": "weekly"}
    assert (await post(amina, "/settings/notifications", **form)).status_code == 303
    actor = await actor_of(node, "amina")
    chosen = await node.store.query(lambda tx: mail_choices(tx, actor.id))
    assert chosen.kinds("weekly") == {"mention", "question"}
    assert chosen.kinds("immediate") == frozenset()
    wrong = await post(amina, "/settings/notifications", **form | {"answers": "hourly"})
    assert wrong.status_code == 422


async def test_an_application_loses_access_only_through_its_owner(node: LocalNode) -> None:
    actor = await actor_of(node, "amina")
    await node.store.write(lambda tx: issue_token(tx, actor.id, "read", "Mon téléphone", 5))
    token = (await node.store.query(lambda tx: tx.members.tokens(actor.id)))[0]
    bruno = await signed_in(node, "bruno")
    assert "Mon téléphone" not in await page_of(bruno, "/settings/apps")
    await post(bruno, f"/settings/apps/{token.id}/revoke")
    amina = await signed_in(node, "amina")
    assert "Mon téléphone" in await page_of(amina, "/settings/apps")
    await post(amina, f"/settings/apps/{token.id}/revoke")
    assert "Mon téléphone" not in await page_of(amina, "/settings/apps")


async def test_one_moves_when_the_new_account_names_the_old_one(network: Network) -> None:
    node, mfr = await network.node("greta"), await network.node("mfr")
    await mfr.person("amina2")
    amina = await signed_in(node, "amina")
    early = await post(amina, "/settings/move", target="amina2@mfr.example")
    assert early.status_code == 422
    assert "ne nomme pas encore" in await early.get_data(as_text=True)
    newcomer = await signed_in(mfr, "amina2")
    answer = await post(newcomer, "/settings/move/aliases", accounts="@amina@greta.example")
    assert answer.status_code == 303
    assert "https://greta.example/users/amina" in await page_of(newcomer, "/settings/move")
    assert (await post(amina, "/settings/move", target="amina2@mfr.example")).status_code == 303
    assert (await actor_of(node, "amina")).moved_to == "https://mfr.example/users/amina2"


async def test_dangerous_acts_ask_who_one_is_once_more(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    node.clock.now += 3_600
    for path in ("/settings/delete", "/settings/move", "/settings/export/archive"):
        answer = await post(amina, path, username="amina", target="x@y.example")
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/sign-in/again"), path


async def leave(node: LocalNode) -> None:
    """Let amina ask for the end of her account."""
    async with node.store.transaction() as tx:
        await tx.connection.execute("update members set email = 'amina@mail.example'")
    amina = await signed_in(node, "amina")
    assert (await post(amina, "/settings/delete", username="bruno")).status_code == 422
    assert (await post(amina, "/settings/delete", username="@Amina")).status_code == 303


async def test_an_account_ends_after_a_day_with_a_receipt(node: LocalNode) -> None:
    record = await share_experience(node, "amina", title="De passage")
    await leave(node)
    departures = Departures(node.services.web)
    assert await departures.run_once(node.clock.ms + GRACE_MS - 1) == 0
    assert (await actor_of(node, "amina")).state == "active"
    assert await departures.run_once(node.clock.ms + GRACE_MS) == 1
    assert await departures.run_once(node.clock.ms + GRACE_MS) == 0
    await settle(node)
    gone = await node.actor("https://node.example/users/amina")
    assert gone is not None
    assert gone.state == "gone"
    buried = await node.object(record.url)
    assert buried is not None
    assert buried.deleted_at is not None
    assert [mail.subject for mail in await mails_of(node)] == [
        "Votre compte amina@node.example va être supprimé",
        "Votre compte amina@node.example est supprimé",
    ]


async def test_what_somebody_was_writing_goes_with_them_but_not_what_is_the_organisations(
    node: LocalNode,
) -> None:
    amina, greta = await actor_of(node, "amina"), await actor_of(node, "greta")
    bruno = await actor_of(node, "bruno")
    titles = {"À elle": (amina, amina), "À tous": (amina, greta), "À lui": (bruno, bruno)}

    async def begin(tx: Tx) -> None:
        for title, (owner, author) in titles.items():
            writer = Writer(owner, editor=True, organisation=greta)
            await start(tx, writer, Written(Experience(title=title), {}, author.id), 1)

    await node.store.write(begin)
    await leave(node)
    assert await Departures(node.services.web).run_once(node.clock.ms + GRACE_MS) == 1
    assert await node.count("drafts") == 2
    assert await node.count("drafts where fields like '%À elle%'") == 0


async def test_one_may_change_ones_mind(node: LocalNode) -> None:
    await leave(node)
    amina = await signed_in(node, "amina")
    assert "Garder mon compte" in await page_of(amina, "/dashboard")
    await post(amina, "/settings/delete/cancel")
    actor = await actor_of(node, "amina")
    assert await node.store.query(lambda tx: leaving_at(tx, actor.id)) is None
    assert await Departures(node.services.web).run_once(node.clock.ms + 2 * GRACE_MS) == 0
    assert (await actor_of(node, "amina")).state == "active"


async def test_the_last_administrator_cannot_leave(node: LocalNode) -> None:
    async with node.store.transaction() as tx:
        await tx.connection.execute("update members set role = 'member'")
    amina = await signed_in(node, "amina", role="admin")
    answer = await post(amina, "/settings/delete", username="amina")
    assert answer.status_code == 422
    assert "nommez d’abord quelqu’un" in await answer.get_data(as_text=True)
    actor = await actor_of(node, "amina")
    assert await node.store.query(lambda tx: leaving_at(tx, actor.id)) is None


async def test_everything_can_be_downloaded_by_its_owner(node: LocalNode) -> None:
    await share_experience(node, "amina", title="À emporter")
    await share_experience(node, "bruno", title="Celle de Bruno", reach="organisation")
    amina = await signed_in(node, "amina")
    answer = await post(amina, "/settings/export/archive")
    content = await answer.get_data()
    assert answer.headers["Content-Type"] == "application/x-tar"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "À emporter".encode() in content
    assert b"Celle de Bruno" not in content


async def test_a_list_of_accounts_is_followed(network: Network) -> None:
    node = await network.node("greta")
    await network.node("mfr")
    amina = await signed_in(node, "amina")
    text = b"Account address,Show boosts\nmfr@mfr.example,true\nnobody@mfr.example,true\n"
    answer = await amina.post(
        "/settings/export/following",
        form={"_csrf": form_token(session_token(amina))},
        files={"file": FileStorage(io.BytesIO(text), filename="following.csv")},
    )
    page = await answer.get_data(as_text=True)
    assert "Une demande a été envoyée." in page
    assert "nobody@mfr.example" in page
    await network.settle()
    listed = await amina.get("/settings/export/following.csv")
    assert "mfr@mfr.example,true,false," in await listed.get_data(as_text=True)


@pytest.mark.parametrize(
    "content",
    [b"nothing", b"mfr@mfr.example\0\0\0\nmfr@mfr.example", b"mfr@mfr.example\n\xff\xfe",
     b'{"account": "mfr@mfr.example"}'],
)  # fmt: skip
async def test_a_file_that_is_no_list_of_accounts_is_refused(
    node: LocalNode, content: bytes
) -> None:
    amina = await signed_in(node, "amina")
    answer = await amina.post(
        "/settings/export/following",
        form={"_csrf": form_token(session_token(amina))},
        files={"file": FileStorage(io.BytesIO(content), filename="x.csv")},
    )
    assert answer.status_code == 422
    assert await node.count("follows") == 0
