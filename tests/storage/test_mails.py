"""Statements about mails that wait, on both engines."""

from storage.ids import new_id
from storage.mails import MailRecord
from storage.store import Store


def mail(*, once: str | None = None, due_at: int = 10) -> MailRecord:
    """A mail that waits."""
    return MailRecord(
        new_id(),
        "a@b.example",
        "Hello",
        "text",
        "<p>",
        "{}",
        once,
        "waiting",
        0,
        due_at,
        "",
        1,
        None,
    )


async def test_a_mail_that_goes_out_once_is_queued_once(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.mails.add(mail(once="digest 47"))
        assert not await tx.mails.add(mail(once="digest 47"))
        assert await tx.mails.add(mail())
        assert await tx.mails.add(mail())


async def test_mails_are_claimed_in_order_and_left_alone_until_the_lease_ends(
    store: Store,
) -> None:
    first, second, later = mail(), mail(), mail(due_at=500)
    async with store.transaction() as tx:
        for one in (second, first, later):
            await tx.mails.add(one)
    async with store.transaction() as tx:
        claimed = await tx.mails.claim(20, 100, 10)
        assert [(one.id, one.attempts) for one in claimed] == [(first.id, 1), (second.id, 1)]
        assert await tx.mails.claim(119, 100, 10) == []
        assert await tx.mails.next_due() == 120
        again = await tx.mails.claim(120, 100, 1)
        assert [one.attempts for one in again] == [2]


async def test_a_mail_that_ended_says_nothing_any_more_and_is_forgotten(store: Store) -> None:
    one, other = mail(), mail()
    async with store.transaction() as tx:
        await tx.mails.add(one)
        await tx.mails.add(other)
        await tx.mails.finish(one.id, "sent", "", 50)
        await tx.mails.retry(other.id, 90, "busy")
        latest = {found.id: found for found in await tx.mails.latest()}
        assert (latest[one.id].state, latest[one.id].text, latest[one.id].html) == ("sent", "", "")
        assert (latest[other.id].error, latest[other.id].due_at) == ("busy", 90)
        assert await tx.mails.count("waiting") == 1
        assert await tx.mails.prune(50) == 0
        assert await tx.mails.prune(51) == 1
        assert await tx.mails.count("sent") == 0
