"""A site for the browser: a node as a process, with people who may sign in and things to read."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from actors.auth import hash_password
from actors.keys import generate
from actors.local import Account, create_person
from actors.sign_in.sessions import open_session
from actors.site import save_site
from config.load import load_settings
from node.services import Services, open_services
from storage.store import Tx
from tests.support.processes import NodeProcess
from tests.support.site import NOTICE

T = TypeVar("T")
PASSWORD: Final = "quatre chevaux agrafe correcte"
PEOPLE: Final = {
    "lea": ("Léa Duval", "admin"),
    "emile": ("Émile Roussel", "editor"),
    "nour": ("Nour Benali", "member"),
    "rene": ("René Lefèvre", "reader"),
}


@dataclass
class Site:
    """A running node; `sessions` holds the cookie of each of `PEOPLE`."""

    node: NodeProcess
    sessions: dict[str, str] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """The address of a page."""
        return self.node.base_url + path

    def do(self, work: Callable[[Services], Awaitable[T]]) -> T:
        """Let something happen on the node, beside its process, through its own services."""

        async def whole() -> T:
            services = await open_services(load_settings(self.node.data, {}))
            try:
                return await work(services)
            finally:
                await services.close()

        # playwright has a loop of its own in this thread
        with ThreadPoolExecutor(1) as executor:
            return executor.submit(asyncio.run, whole()).result()


def start_site(
    folder: Path, username: str = "greta", organisation: str = "Greta du Cotentin"
) -> Site:
    """A new node with `PEOPLE` and a legal notice, running; end it with `site.node.stop()`."""
    site = Site(NodeProcess(folder, username=username, organisation=organisation).init())
    site.do(lambda services: _settle(services, site))
    site.node.start()
    return site


async def _settle(services: Services, site: Site) -> None:
    pairs, hashed = generate(), hash_password(PASSWORD)
    now = services.now()

    async def operation(tx: Tx) -> None:
        await save_site(tx, "first run", NOTICE, now)
        for username, (name, role) in PEOPLE.items():
            account = Account(f"{username}@greta.example", hashed, role)
            person = await create_person(
                tx, services.identifiers, username, name, pairs, now, account
            )
            site.sessions[username] = await open_session(tx, person.id, "test", now)

    await services.store.write(operation)
