"""Projects of other servers, known here as soon as somebody looks at them."""

from objects.projects.store import keep_remote_project
from storage.projects import ProjectRecord
from storage.records import ActorRecord
from web.context import WebContext


async def known_project(context: WebContext, group: ActorRecord) -> ProjectRecord | None:
    """The project of a living Group; one of another server is noted when it is seen first.

    None for who is no project.
    """
    if group.type != "Group" or group.state != "active":
        return None
    record = await context.store.query(lambda tx: tx.projects.by_id(group.id))
    if record is not None or group.local:
        return record
    return await context.store.write(lambda tx: keep_remote_project(tx, group, context.now()))


async def joinable(context: WebContext, group: ActorRecord) -> bool:
    """Whether this is a project that one may ask to join."""
    project = await known_project(context, group)
    return project is not None and project.joining != "invitation"
