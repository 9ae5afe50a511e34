"""What administrators ask, on both engines."""

from actors.emojis import shortcodes
from storage.administration import AccountFilter, MailDomainRecord
from storage.announcements import AnnouncementRecord
from storage.emojis import EmojiRecord
from storage.measures import DAY_MS, DIMENSIONS, MEASURES
from storage.records import MemberRecord
from storage.reports import ReportStatements
from storage.sanctions import SanctionStatements
from storage.spans import Span
from storage.store import Store
from storage.translations import TranslationRecord
from tests.storage.actors_made_up import actor


async def test_every_measure_and_ranking_can_be_asked(store: Store) -> None:
    async with store.transaction() as tx:
        amina = actor("amina")
        await tx.actors.add(amina)
        await tx.members.add(MemberRecord(amina.id, "a@b.example", "", "admin", "fr", 5, None))
        for key in MEASURES:
            days = await tx.measures.by_day(key, 0, 7 * DAY_MS, "x")
            total = await tx.measures.whole(key, 0, 7 * DAY_MS, "x")
            assert (days, total) == (({0: 1}, 1) if key == "new_users" else ({}, 0)), key
        for key in DIMENSIONS:
            assert await tx.measures.ranking(key, 0, DAY_MS, 5, "x") == [], key
        assert await tx.measures.joined(0, DAY_MS) == {amina.id: 5}
        assert await tx.measures.active_days(0, DAY_MS) == []
        assert (await tx.measures.space()).database > 0
        assert "." in await tx.measures.engine_version()
        weeks = await tx.instance.weeks(0, 2)
        assert [(week.posts, week.active, week.joined) for week in weeks] == [(0, 0, 1), (0, 0, 0)]
        assert (await tx.instance.peers(), await tx.instance.count_peers()) == ([], 0)
        assert await tx.instance.organisation() is None


async def test_accounts_are_found_by_what_holds_for_them(store: Store) -> None:
    async with store.transaction() as tx:
        amina, nour = actor("amina"), actor("nour")
        for one in (amina, nour):
            await tx.actors.add(one)
        await tx.members.add(MemberRecord(amina.id, "Amina@b.example", "", "admin", "", 5, 7))
        statements = SanctionStatements(tx.connection)
        await statements.set_sanction(nour.id, "limit", "limit", "active", 9)
        await statements.set_sensitized(nour.id, 1, 9)
        asked = {
            AccountFilter(): {amina.id, nour.id},
            AccountFilter(status="disabled"): {amina.id},
            AccountFilter(status="limited"): {nour.id},
            AccountFilter(status="sensitized", origin="local"): {nour.id},
            AccountFilter(status="suspended"): set(),
            AccountFilter(email="amina@"): {amina.id},
            AccountFilter(roles=("admin",)): {amina.id},
            AccountFilter(username="_"): set(),
            AccountFilter(origin="remote"): set(),
        }
        for wanted, ids in asked.items():
            found = await tx.administration.accounts(wanted, Span())
            assert {one.id for one in found} == ids, wanted
        first, second = sorted((amina.id, nour.id))
        upwards = await tx.administration.accounts(AccountFilter(), Span(limit=1, min_id=first))
        assert [one.id for one in upwards] == [second]
        assert set(await tx.administration.members([amina.id, nour.id])) == {amina.id}


async def test_announcements_emoji_translations_and_mail_domains_are_kept(store: Store) -> None:
    async with store.transaction() as tx:
        amina = actor("amina")
        await tx.actors.add(amina)
        await tx.announcements.put(AnnouncementRecord(1, "Un", 0, None, 50, 10, 10))
        await tx.announcements.put(AnnouncementRecord(2, "Deux", 0, None, None, None, 10))
        assert [one.id for one in await tx.announcements.current(20)] == [1]
        assert await tx.announcements.current(60) == []
        assert await tx.announcements.react(1, amina.id, "👍", 5) is True
        assert await tx.announcements.react(1, amina.id, "👍", 6) is False
        (given,) = await tx.announcements.reactions(amina.id, [1, 2])
        assert (given.name, given.count, given.mine) == ("👍", 1, True)
        await tx.announcements.mark_read(amina.id, 1)
        await tx.announcements.mark_read(amina.id, 1)
        assert await tx.announcements.read_by(amina.id, [1, 2]) == {1}
        assert await tx.announcements.remove(1) is True
        emoji = EmojiRecord("node.example", "bravo", "https://node.example/media/a.png", 1)
        await tx.emojis.put(emoji)
        names = shortcodes([":bravo: 10:30:15 a:bravo: :bravo:"])
        assert await tx.emojis.named("node.example", names) == {"bravo": emoji}
        assert await tx.emojis.set_hidden("node.example", "bravo", 1) is True
        assert [one.hidden for one in await tx.emojis.all("node.example")] == [1]
        record = MailDomainRecord(3, "bad.example", "lea", 1)
        assert await tx.administration.add_mail_domain(record) is True
        assert await tx.administration.add_mail_domain(record) is False
        assert await tx.administration.mail_domains(Span()) == [record]
        found = await tx.administration.shut_mail_domains(["bad.example", "example"])
        assert found == {"bad.example"}
        assert await tx.translations.find(1, "en", 1) is None
        assert await tx.translations.forget(1) == 0
        reports = ReportStatements(tx.connection)
        assert await reports.selected(Span(min_id=1), state="open", by=1, about=2) == []
        assert await reports.reopen(1) is False
        assert TranslationRecord(1, "en", 1, "{}", 1).language == "en"
