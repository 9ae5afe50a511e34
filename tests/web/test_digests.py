"""Mails at once, by day and by week: each thing once, and one click ends them."""

import re
import time
from collections.abc import Mapping

from objects.choices import MailChoices, Rhythm, mail_choices, save_mail_choices
from objects.vocabularies.names import concept_uri
from outbox.acts.events.publishing import cancel_event, withdraw_event
from storage.mails import MailRecord
from tests.support.events import announce, join
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, signed_in
from tests.web.members import actor_of, page_of, settle, share_experience
from web.digests import Digests, last_monday, last_morning

DAY_MS = 24 * 3_600_000
THEME = concept_uri("theme", "afest")
STOP = re.compile(r"https://node\.example(/unsubscribe\?t=[\w.]+)")


async def mails_of(node: LocalNode) -> list[MailRecord]:
    """Every mail in the queue, oldest first."""
    return await node.store.query(lambda tx: tx.mails.all_of(MailRecord, "from mails order by id"))


async def choose(
    node: LocalNode, username: str, rhythms: Mapping[str, Rhythm], *themes: str
) -> None:
    """Give somebody a mail address and choices."""
    actor = await actor_of(node, username)
    async with node.store.transaction() as tx:
        await tx.connection.execute(
            "update members set email = $2, language = 'fr' where actor_id = $1",
            actor.id,
            f"{username}@mail.example",
        )
        await save_mail_choices(tx, actor.id, MailChoices(dict(rhythms), tuple(themes)))


async def begun(node: LocalNode) -> Digests:
    """The maker of mails after its first round.

    Ids follow the computer's clock, so the node's clock shows the same time.
    """
    node.clock.now = time.time()
    digests = Digests(node.services.web)
    assert await digests.run_once(node.clock.ms) == 0
    return digests


async def thank(node: LocalNode, *names: str, title: str = "Au jardin") -> None:
    """Let people find an experience of greta's useful."""
    record = await share_experience(node, "greta", title=title)
    for name in names:
        await post(await signed_in(node, name), f"/objects/{record.id}/like")


async def test_a_mail_comes_at_once_and_once(node: LocalNode) -> None:
    await choose(node, "greta", {"thanks": "immediate"})
    digests = await begun(node)
    await thank(node, "amina")
    node.clock.now += 60
    assert await digests.run_once(node.clock.ms) == 1
    node.clock.now += 60
    assert await digests.run_once(node.clock.ms) == 0
    mail = (await mails_of(node))[0]
    assert mail.recipient == "greta@mail.example"
    assert "Amina a trouvé utile" in mail.subject
    assert "Au jardin" in mail.text
    assert "https://node.example/objects/" in mail.text


async def test_the_first_round_tells_nobody_of_the_past(node: LocalNode) -> None:
    await choose(node, "greta", {"thanks": "immediate", "answers": "daily"})
    await thank(node, "amina")
    node.clock.now = time.time() + 3_600
    assert await Digests(node.services.web).run_once(node.clock.ms) == 0
    node.clock.now += 7 * 86_400
    assert await Digests(node.services.web).run_once(node.clock.ms) == 0


async def test_what_is_read_or_not_wanted_is_not_mailed(node: LocalNode) -> None:
    await choose(node, "greta", {"thanks": "none", "answers": "immediate"})
    digests = await begun(node)
    await thank(node, "amina")
    await post(await signed_in(node, "amina"), "/post", text="Voyez @greta", audience="public")
    await settle(node)
    greta = await signed_in(node, "greta")
    await post(greta, "/notifications/read", until="9" * 18)
    node.clock.now += 60
    assert await digests.run_once(node.clock.ms) == 0


async def test_a_day_is_one_mail_for_each_person(node: LocalNode) -> None:
    await choose(node, "greta", {"thanks": "daily", "followers": "daily"})
    await choose(node, "amina", {"thanks": "daily"})
    digests = await begun(node)
    await thank(node, "amina", "bruno")
    await node.ask_to_follow("bruno", "greta@node.example")
    await settle(node)
    assert await digests.run_once(node.clock.ms) == 0
    node.clock.now += 86_400
    assert await digests.run_once(node.clock.ms) == 1
    assert await digests.run_once(node.clock.ms) == 0
    mail = (await mails_of(node))[0]
    assert mail.subject == "Votre journée sur Greta"
    assert "ont trouvé utile" in mail.text
    assert "vous suit" in mail.text


async def test_two_processes_tell_nothing_twice(node: LocalNode) -> None:
    await choose(node, "greta", {"thanks": "daily"})
    await begun(node)
    await thank(node, "amina")
    node.clock.now += 86_400
    one, other = Digests(node.services.web), Digests(node.services.web)
    letters = [await one.run_once(node.clock.ms), await other.run_once(node.clock.ms)]
    assert letters == [1, 0]
    assert len(await mails_of(node)) == 1


async def test_the_week_lists_new_experiences_about_ones_themes(node: LocalNode) -> None:
    await choose(node, "amina", {"themes": "weekly"}, THEME)
    await choose(node, "greta", {"themes": "weekly"}, THEME)
    digests = await begun(node)
    await share_experience(node, "greta", title="Apprendre au travail", themes=(THEME,))
    await share_experience(node, "greta", title="Autre chose")
    await share_experience(node, "bruno", title="Retirée", themes=(THEME,))
    bruno = await actor_of(node, "bruno")
    await post(await signed_in(node, "amina"), f"/people/{bruno.id}/block")
    node.clock.now += 7 * 86_400
    assert await digests.run_once(node.clock.ms) == 2
    mails = {mail.recipient: mail for mail in await mails_of(node)}
    mine = mails["amina@mail.example"]
    assert mine.subject == "Votre semaine sur Greta"
    assert "Apprendre au travail" in mine.text
    assert "Autre chose" not in mine.text
    assert "Retirée" not in mine.text
    own = mails["greta@mail.example"]
    assert "Apprendre au travail" not in own.text
    assert "Retirée" in own.text


async def test_one_click_ends_mails_without_signing_in(node: LocalNode) -> None:
    await choose(node, "greta", {"thanks": "immediate", "answers": "weekly"})
    digests = await begun(node)
    await thank(node, "amina")
    node.clock.now += 60
    await digests.run_once(node.clock.ms)
    mail = (await mails_of(node))[0]
    found = STOP.search(mail.text)
    assert found is not None
    assert f"<https://node.example{found[1]}>" in mail.headers
    assert "List-Unsubscribe=One-Click" in mail.headers
    stranger = node.app.test_client()
    page = await page_of(stranger, found[1])  # type: ignore[arg-type]
    assert "Arrêter ces courriels" in page
    actor = await actor_of(node, "greta")
    before = await node.store.query(lambda tx: mail_choices(tx, actor.id))
    assert before.rhythm("thanks") == "immediate"
    answer = await stranger.post(found[1], form={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    after = await node.store.query(lambda tx: mail_choices(tx, actor.id))
    assert after.rhythm("thanks") == "none"
    assert after.rhythm("answers") == "weekly"
    assert (await stranger.post(found[1], form={})).status_code == 200


async def test_a_forged_address_ends_nothing(node: LocalNode) -> None:
    await choose(node, "greta", {"thanks": "immediate"})
    digests = await begun(node)
    await thank(node, "amina")
    node.clock.now += 60
    await digests.run_once(node.clock.ms)
    found = STOP.search((await mails_of(node))[0].text)
    assert found is not None
    token = found[1].partition("=")[2]
    number, rhythm, signature = token.split(".")
    other = await actor_of(node, "amina")
    forged = [
        "",
        "x",
        f"{number}.{rhythm}",
        f"{number}.{rhythm}.",
        f"{number}.weekly.{signature}",
        f"{number}.everything.{signature}",
        f"{other.id}.{rhythm}.{signature}",
        f"{number}.{rhythm}.{signature[:-1]}0{signature[-1]}",
        f"{number}.{rhythm}.é",
    ]
    client = node.app.test_client()
    for wrong in forged:
        assert (await client.post("/unsubscribe", query_string={"t": wrong})).status_code == 404
        assert (await client.get("/unsubscribe", query_string={"t": wrong})).status_code == 404
    actor = await actor_of(node, "greta")
    chosen = await node.store.query(lambda tx: mail_choices(tx, actor.id))
    assert chosen.rhythm("thanks") == "immediate"


def test_days_begin_at_seven_in_normandy_in_summer_and_winter() -> None:
    november = 1_795_417_200_000  # 2026-11-23T07:00:00Z, Monday, eight o'clock in Normandy
    assert last_morning(november) == november - 3_600_000
    assert last_morning(november - 3_600_001) == november - 3_600_000 - DAY_MS
    assert last_monday(november) == november - 3_600_000
    assert last_monday(november - 3_600_001) == november - 3_600_000 - 7 * DAY_MS
    july = 1_783_317_600_000  # 2026-07-06T06:00:00Z, Monday, eight o'clock
    assert last_morning(july) == july - 3_600_000
    assert last_monday(july + 6 * DAY_MS) == july - 3_600_000


async def test_who_takes_part_in_an_event_gets_a_mail_when_it_is_called_off_or_deleted(
    node: LocalNode,
) -> None:
    await choose(node, "amina", {})
    digests = await begun(node)
    records = [await announce(node, "greta", title=title) for title in ("Atelier", "Visite")]
    for record in records:
        await join(node, "amina", record.url)
    greta = await actor_of(node, "greta")
    await cancel_event(node.outbox, greta, records[0])
    await withdraw_event(node.outbox, greta, records[1])
    node.clock.pass_by(60)
    assert await digests.run_once(node.clock.ms) == 1
    (mail,) = await mails_of(node)
    assert "Annulé\u202f: «\xa0Atelier\xa0»" in mail.text
    assert "a supprimé un événement auquel vous deviez participer" in mail.text
