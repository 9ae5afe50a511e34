"""Pictures that administrators upload: a logo, a banner."""

from typing import Any

from quart import request

from federation.errors import Refused
from objects.media import store_upload
from storage.records import ActorRecord
from web.administration.desk import Desk
from web.forms import Form


async def uploaded_picture(desk: Desk, form: Form, name: str, owner: ActorRecord) -> str | None:
    """The address of the picture that was uploaded in a field; None when none was.

    What is no picture, or too large, is said beside the field: look at `form.errors` after.
    """
    file = (await request.files).get(name)
    data = file.read() if file is not None and file.filename else b""
    if not data:
        return None
    context = desk.context
    _ = await context.renderer.translate()
    try:
        media = await store_upload(
            context.store, context.files, context.limits, owner, data, "", desk.now()
        )
    except (Refused, ValueError):
        media = None
    if media is None or not media.media_type.startswith("image/"):
        form.refuse(name, _("This is no picture that can be shown, or it is too large."))
        return None
    return str(context.outbox.identifiers.media(media.file))


def has_errors(form: Any) -> bool:
    """Whether anything was refused, in the fields or about the whole."""
    return bool(form.errors)
