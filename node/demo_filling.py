"""What the nodes of the demonstration hold from the start: a legal notice, passwords, the past."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path
from typing import Final

from actors.administration import COMMAND_LINE, set_password, set_role
from actors.auth import hash_password
from actors.site import LegalNotice, save_site
from config.environment import environment
from config.load import load_settings
from node.demo_experiences import Made, experiences
from node.demo_texts import Actor
from node.services import Services, open_services
from objects.experiences.fields import Experience
from outbox.acts.experiences import publish_experience
from storage.records import ActorRecord
from storage.store import Tx

PASSWORD: Final = "communotic-demo"  # noqa: S105 - printed for whoever tries the demonstration
NUMBER: Final = 40


@dataclass(frozen=True, slots=True)
class Share:
    """Which of the made-up experiences belong to a node."""

    first: int
    number: int = NUMBER


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Services]:
    """The services of a node of the demonstration, beside its process or before it starts."""
    services = await open_services(load_settings(data, environment()))
    try:
        yield services
    finally:
        await services.close()


async def furnish(data: Path, cast: Actor, share: Share) -> None:
    """Fill in the legal notice, give everybody a password, publish what was tried in past years."""
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    async with opened(data) as services:
        people = [await person(services, name) for name in cast.people]

        async def operation(tx: Tx) -> None:
            now = services.now()
            await save_site(tx, COMMAND_LINE, _notice(cast, services), now)
            for actor in people:
                await set_password(tx, COMMAND_LINE, actor, hashed, now)
            await set_role(tx, COMMAND_LINE, people[0], "admin", "demonstration", now)

        await services.store.write(operation)
        made = islice(experiences(share.first + share.number), share.first, None)
        for index, one in enumerate(sorted(made, key=lambda each: each.published)):
            await _tell(services, people[index % len(people)], one)


async def tell(data: Path, who: str, experience: Experience) -> str:
    """Publish an experience for everybody to receive; gives its address."""
    async with opened(data) as services:
        author = await person(services, who)
        return (await publish_experience(services.outbox, author, experience)).url


async def person(services: Services, name: str) -> ActorRecord:
    """Somebody of the node. Raises `LookupError`."""
    found = await services.store.query(lambda tx: tx.actors.local(name))
    if found is None:
        raise LookupError(name)
    return found


async def _tell(services: Services, author: ActorRecord, made: Made) -> None:
    day = datetime.combine(made.published, time(9), UTC)
    await publish_experience(
        services.outbox,
        author,
        made.experience,
        published_at=int(day.timestamp() * 1000),
        quiet=True,
    )


def _notice(cast: Actor, services: Services) -> LegalNotice:
    """A complete notice that nobody takes for a real one."""
    mail = f"contact@{cast.handle}.example"
    return LegalNotice(
        denomination=f"{cast.organisation} (démonstration)",
        address="1 place de l’Exemple, 14000 Caen",
        telephone="02 00 00 00 00",
        mail=mail,
        director="Camille Exemple",
        host_name="Cette machine",
        host_address=services.identifiers.origin,
        host_telephone="02 00 00 00 00",
        gdpr_contact=mail,
        accessibility="partial",
        accessibility_date="2026-11-23",
        accessibility_contact=mail,
    )
