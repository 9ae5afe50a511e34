"""Members, roles, invitations and departures, as an administrator's forms do them."""

import io
from dataclasses import replace
from typing import Any

import pytest
from quart.testing import QuartClient
from werkzeug.datastructures import FileStorage

from actors.sign_in.sessions import form_token
from objects.experiences.fields import from_json
from outbox.acts.experiences import publish_experience
from storage.records import AuditRecord, MemberRecord, ObjectRecord
from tests.objects.experiences.made_up import FULL
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in


@pytest.fixture
async def lea(node: LocalNode) -> QuartClient:
    """The browser of an administrator; Nour is a member."""
    await node.person("nour")
    return await signed_in(node, "lea", role="admin")


async def member(node: LocalNode, username: str) -> MemberRecord:
    person = await node.person(username)
    found = await node.store.query(lambda tx: tx.members.by_actor(person.id))
    assert found is not None
    return found


async def last_act(node: LocalNode) -> AuditRecord:
    return (await node.store.query(lambda tx: tx.ledger.audited(1)))[0]


async def text_of(answer: Any) -> str:
    return str(await answer.get_data(as_text=True))


async def test_a_role_is_given_and_the_log_names_the_human(
    node: LocalNode, lea: QuartClient
) -> None:
    answer = await post(lea, "/admin/members/nour/role", role="editor", reason="Relit bien")
    assert answer.status_code == 303
    assert (await member(node, "nour")).role == "editor"
    act = await last_act(node)
    assert (act.who, act.action, act.target) == (
        "lea@node.example", "role editor", "nour@node.example",
    )  # fmt: skip
    assert act.reason == "Relit bien"


async def test_a_role_that_does_not_exist_is_refused_beside_the_field(
    node: LocalNode, lea: QuartClient
) -> None:
    answer = await post(lea, "/admin/members/nour/role", role="king", reason="Pourquoi pas")
    text = await text_of(answer)
    assert answer.status_code == 422
    assert 'id="role-error"' in text
    assert "Pourquoi pas" in text
    assert (await member(node, "nour")).role == "member"


async def test_the_last_administrator_stays_one_although_the_organisation_is_one_too(
    node: LocalNode, lea: QuartClient
) -> None:
    answer = await post(lea, "/admin/members/lea/role", role="member")
    assert answer.status_code == 422
    assert (await member(node, "lea")).role == "admin"


async def test_power_is_only_given_by_somebody_who_proved_who_they_are_just_now(
    node: LocalNode, lea: QuartClient
) -> None:
    node.clock.pass_by(16 * 60)
    answer = await post(lea, "/admin/members/nour/role", role="admin")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in/again")
    assert (await member(node, "nour")).role == "member"


async def test_a_closed_account_lets_nobody_in_and_opens_again(
    node: LocalNode, lea: QuartClient
) -> None:
    nour = await signed_in(node, "nour")
    assert (await nour.get("/settings")).status_code == 200
    await post(lea, "/admin/members/nour/close", reason="Congé")
    assert (await nour.get("/settings")).status_code == 303
    assert (await member(node, "nour")).disabled_at is not None
    assert "Congé" in await text_of(await lea.get("/admin/audit?lang=fr"))
    await post(lea, "/admin/members/nour/open")
    assert (await member(node, "nour")).disabled_at is None
    again = await signed_in(node, "nour")
    assert (await again.get("/settings")).status_code == 200


async def test_nobody_closes_their_own_account_here(node: LocalNode, lea: QuartClient) -> None:
    await node.store.write(lambda tx: tx.members.set_role(node.people["nour"].id, "admin"))
    assert (await post(lea, "/admin/members/lea/close")).status_code == 422
    assert (await member(node, "lea")).disabled_at is None


async def test_a_link_to_sign_in_is_shown_once_and_works_once(
    node: LocalNode, lea: QuartClient
) -> None:
    text = await text_of(await post(lea, "/admin/members/nour/link"))
    assert "https://node.example/sign-in/link?code=" in text
    code = text.partition("/sign-in/link?code=")[2].partition("<")[0]
    assert "/sign-in/link?code=" not in await text_of(await lea.get("/admin/members/nour"))
    browser = node.app.test_client()
    first = await browser.post("/sign-in/link", form={"code": code})
    assert first.status_code == 303
    assert (await browser.get("/settings")).status_code == 200
    second = await node.app.test_client().post("/sign-in/link", form={"code": code})
    assert second.status_code != 303


async def test_the_code_of_a_lost_telephone_is_asked_for_no_more(
    node: LocalNode, lea: QuartClient
) -> None:
    nour = await node.person("nour")

    async def confirm(tx: Any) -> None:
        await tx.credentials.propose_factor(nour.id, "JBSWY3DPEHPK3PXP")
        await tx.credentials.confirm_factor(nour.id, 1, "[]", 1)

    await node.store.write(confirm)
    assert "/admin/members/nour/factor" in await text_of(await lea.get("/admin/members/nour"))
    assert (await post(lea, "/admin/members/nour/factor")).status_code == 303
    assert await node.store.query(lambda tx: tx.credentials.factor(nour.id)) is None
    assert (await last_act(node)).action == "second factor off"


async def test_the_log_of_mails_shows_whom_and_not_what(node: LocalNode, lea: QuartClient) -> None:
    await post(lea, "/admin/invitations", mail="ada@example.org", name="Ada", role="reader")
    text = await text_of(await lea.get("/admin/mails"))
    assert "ada@example.org" in text
    assert "/invitation/" not in text


async def test_somebody_is_invited_by_mail(node: LocalNode, lea: QuartClient) -> None:
    answer = await post(
        lea, "/admin/invitations", mail="ada@example.org", name="Ada", role="reader"
    )
    text = await text_of(answer)
    assert answer.status_code == 200
    code = text.partition("https://node.example/invitation/")[2].partition("<")[0]
    assert (await node.app.test_client().get(f"/invitation/{code}")).status_code == 200
    assert await node.count("mails") == 1
    assert (await last_act(node)).who == "lea@node.example"


@pytest.mark.parametrize("typed", ["", "nobody", "a@b.example, c@d.example"])
async def test_a_wrong_address_is_said_beside_its_field(
    node: LocalNode, lea: QuartClient, typed: str
) -> None:
    answer = await post(lea, "/admin/invitations", mail=typed, name="Ada L.", role="member")
    text = await text_of(answer)
    assert answer.status_code == 422
    assert 'id="mail-error"' in text
    assert "Ada L." in text
    assert await node.count("one_time_codes") == 0


async def upload(client: QuartClient, content: bytes) -> Any:
    return await client.post(
        "/admin/invitations/list",
        form={"_csrf": form_token(session_token(client))},
        files={"people": FileStorage(io.BytesIO(content), filename="liste.csv")},
    )


async def test_a_list_invites_whom_it_can_and_names_the_others(
    node: LocalNode, lea: QuartClient
) -> None:
    listed = "nom;courriel;rôle\nAda;ada@example.org;lectrice\nBob;bob;membre\n".encode()
    text = await text_of(await upload(lea, listed))
    assert "ada@example.org" in text
    assert "Bob" in text
    assert await node.count("one_time_codes") == 1


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b";" * 600_000])
async def test_a_list_that_is_none_is_refused(
    node: LocalNode, lea: QuartClient, content: bytes
) -> None:
    answer = await upload(lea, content)
    assert answer.status_code in (200, 422)
    assert await node.count("one_time_codes") == 0


async def test_an_invitation_is_sent_again_and_taken_back(
    node: LocalNode, lea: QuartClient
) -> None:
    await post(lea, "/admin/invitations", mail="ada@example.org", name="Ada", role="member")
    page = await text_of(await lea.get("/admin/invitations"))
    key = page.partition('name="key" value="')[2].partition('"')[0]
    assert (await post(lea, "/admin/invitations/again", key=key)).status_code == 200
    page = await text_of(await lea.get("/admin/invitations"))
    key = page.partition('name="key" value="')[2].partition('"')[0]
    assert (await post(lea, "/admin/invitations/revoke", key=key)).status_code == 303
    assert (await post(lea, "/admin/invitations/revoke", key=key)).status_code == 422
    assert "ada@example.org" not in await text_of(await lea.get("/admin/invitations"))


async def published(node: LocalNode) -> ObjectRecord:
    nour = await node.person("nour")
    return await publish_experience(
        node.outbox, nour, replace(FULL, contributors=(), adapted_from="")
    )


async def test_experiences_stay_with_the_organisation_when_somebody_leaves(
    node: LocalNode, lea: QuartClient
) -> None:
    record = await published(node)
    answer = await post(
        lea,
        "/admin/departures/nour",
        fate="organisation",
        anonymous="y",
        reason="Retraite",
        confirmation="@Nour",
    )
    assert answer.status_code == 303
    account = await member(node, "nour")
    assert (account.disabled_at is not None, account.email, account.password_hash) == (True, "", "")
    person = await node.actor("https://node.example/users/nour")
    kept = await node.object(record.url)
    assert person is not None
    assert kept is not None
    assert person.name == "Ancien membre"
    assert kept.deleted_at is None
    rows = await node.store.query(lambda tx: tx.experiences.by_ids([record.id]))
    authors = [one.url for one in from_json(rows[record.id].fields).contributors]
    assert authors == ["https://node.example/users/greta"]
    told = (await _outbox(node, person.id))[-1]
    assert (told.type, told.object_url) == ("Update", record.url)
    assert "Retraite" in await text_of(await lea.get("/admin/audit?kind=member"))


async def test_everything_goes_with_the_person_when_that_was_chosen(
    node: LocalNode, lea: QuartClient
) -> None:
    record = await published(node)
    nour = await node.person("nour")
    answer = await post(lea, "/admin/departures/nour", fate="person", confirmation="nour")
    assert answer.status_code == 303
    gone, person = await node.object(record.url), await node.actor(nour.url)
    assert gone is not None
    assert gone.deleted_at is not None
    assert person is not None
    assert person.state != "active"
    assert (await _outbox(node, nour.id))[-1].type == "Delete"


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"fate": "organisation", "confirmation": ""}, "confirmation"),
        ({"fate": "organisation", "confirmation": "lea"}, "confirmation"),
        ({"fate": "moon", "confirmation": "nour"}, "fate"),
    ],
)
async def test_nobody_leaves_by_mistake(
    node: LocalNode, lea: QuartClient, form: dict[str, str], name: str
) -> None:
    answer = await post(lea, "/admin/departures/nour", **form, reason="Je me trompe")
    text = await text_of(answer)
    assert answer.status_code == 422
    assert f'id="{name}-error"' in text
    assert "Je me trompe" in text
    assert (await member(node, "nour")).disabled_at is None


async def _outbox(node: LocalNode, actor_id: int) -> list[Any]:
    async def operation(tx: Any) -> list[Any]:
        rows = await tx.connection.fetch_all(
            "select id from activities where actor_id = $1 order by id", actor_id
        )
        found = await tx.activities.by_ids([row["id"] for row in rows])
        return [found[row["id"]] for row in rows]

    return await node.store.query(operation)
