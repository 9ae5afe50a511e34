"""The tasks behind the pages: inbox, fan-out, delivery, housekeeping; restarted when they fall."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from actors.mutes import EndedMutes
from clients.media.preparing import MediaWorker
from clients.push.sending import PushWorker
from clients.statuses.publishing import ScheduledPosts
from node.mail import MailWorker
from node.services import Services
from objects.search.posts import PostIndexer
from outbox.deadlines import Deadlines
from outbox.poll_news import PollNews
from outbox.poll_results import PollResults
from outbox.profile_links import ProfileLinks
from web.departures import Departures
from web.digests import Digests

log = logging.getLogger(__name__)

Task = Callable[[asyncio.Event], Awaitable[None]]
RESTART_SECONDS = 1.0
MAX_RESTART_SECONDS = 60.0


def tasks_of(services: Services) -> Mapping[str, Task]:
    """Every task of a worker, by the name that stands in the log."""
    mail = MailWorker(services.store, services.settings, services.web.mails, services.clock)
    return {
        "inbox": services.inbox_worker.run_forever,
        "cards": services.card_worker.run_forever,
        "project files": services.project_files_worker.run_forever,
        "quotes": services.quote_worker.run_forever,
        "fan-out": services.fanout_worker.run_forever,
        "delivery": services.delivery_worker.run_forever,
        "poll results": PollResults(services.outbox).run_forever,
        "media": MediaWorker(
            services.store, services.files, services.web.limits, services.clock
        ).run_forever,
        "scheduled": ScheduledPosts(services.clients).run_forever,
        "pushes": PushWorker(services.clients).run_forever,
        "deadlines": Deadlines(services.outbox).run_forever,
        "polls": PollNews(services.outbox).run_forever,
        "post search": PostIndexer(services.store, services.clock).run_forever,
        "profile links": ProfileLinks(services.store, services.client, services.clock).run_forever,
        "mutes": EndedMutes(services.store, services.clock).run_forever,
        "mail": mail.run_forever,
        "digests": Digests(services.web).run_forever,
        "departures": Departures(services.web).run_forever,
        "housekeeping": services.housekeeping.run_forever,
    }


async def run_workers(services: Services, stop: asyncio.Event) -> None:
    """Run every task until `stop` is set; a task that fails is started again, ever slower."""
    async with asyncio.TaskGroup() as group:
        for name, task in tasks_of(services).items():
            group.create_task(supervise(name, task, stop), name=name)


async def supervise(name: str, task: Task, stop: asyncio.Event) -> None:
    """Run one task again and again until `stop` is set."""
    pause = RESTART_SECONDS
    while not stop.is_set():
        try:
            await task(stop)
            pause = RESTART_SECONDS
        except Exception:
            log.exception("the %s task failed; it starts again in %.0f s", name, pause)
            await _sleep(stop, pause)
            pause = min(pause * 2, MAX_RESTART_SECONDS)


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
