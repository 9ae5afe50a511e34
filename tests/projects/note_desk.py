"""A member at the form of a note, for the tests of drafts."""

import io
from typing import Any

from PIL import Image
from quart.datastructures import FileStorage
from quart.testing import QuartClient

from storage.project_drafts import ProjectDraftRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.visiting import assert_valid

TEXT = "Un casque chauffe au bout de vingt minutes."


class Desk:
    """A member at the form of a note, in one browser."""

    def __init__(self, space: ProjectSpace, client: QuartClient, number: int) -> None:
        self.space = space
        self.node = space.host
        self.client = client
        self.base = f"/projects/{number}"

    async def send(self, do: str = "keep", draft: int = 0, **changes: Any) -> Any:
        """Press a button of the form."""
        place = self.base + (f"?draft={draft}" if draft else "")
        return await post(self.client, place, **form(do=do, **changes))

    async def autosave(self, draft: int = 0, **changes: Any) -> Any:
        """What the page sends by itself."""
        place = f"{self.base}/drafts/" + (f"{draft}/autosave" if draft else "autosave")
        return await post(self.client, place, **form(**changes))

    async def read(self, end: str = "", status: int = 200) -> str:
        """A page of the project, or another one."""
        path = end if end.startswith("/") else f"{self.base}{end}"
        headers = {"Accept": "text/html", "Accept-Language": "fr"}
        answer = await self.client.get(path, headers=headers)
        page: str = await answer.get_data(as_text=True)
        assert answer.status_code == status, (path, answer.status_code)
        assert_valid(page)
        return page

    async def drafts(self) -> list[ProjectDraftRecord]:
        """What is kept on the node, whoever wrote it."""
        return await self.node.store.query(
            lambda tx: tx.project_drafts.all_of(
                ProjectDraftRecord, "from project_drafts order by id"
            )
        )


def form(**changes: Any) -> dict[str, Any]:
    """What a browser sends for a note."""
    empty = {"milestone": "", "happened": "", "link": "", "title": "", "window": "one", "step": "0"}
    return empty | {"kind": "difficulty", "reach": "project", "text": TEXT} | changes


def picture() -> FileStorage:
    """A small picture, as a browser sends it."""
    content = io.BytesIO()
    Image.new("RGB", (40, 30), (120, 90, 60)).save(content, "PNG")
    content.seek(0)
    return FileStorage(content, "casque.png", content_type="image/png")


async def desk_of(space: ProjectSpace, username: str, role: str = "") -> Desk:
    """A member of the host's node, signed in."""
    client = await signed_in(space.host, username, role=role)
    return Desk(space, client, (await space.group(space.host)).id)


async def partner(network: Network, node: LocalNode) -> Desk:
    """A partner of a members-only project, whose lead is on the same node."""
    space = await open_project(network, node, reach="project")
    await space.invite(node, "amina")
    return await desk_of(space, "amina")
