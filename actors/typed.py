"""A profile as its owner typed it, kept beside the HTML that was made of it."""

from typing import Final

import msgspec

from storage.store import Tx

_NAME: Final = "typed"


class Typed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was typed; None for what came as HTML."""

    note: str | None = None
    fields: tuple[tuple[str, str], ...] | None = None


async def typed_profile(tx: Tx, actor_id: int) -> Typed:
    """What a local actor typed."""
    text = await tx.preferences.get(actor_id, _NAME)
    if not text:
        return Typed()
    try:
        return msgspec.json.decode(text, type=Typed)
    except msgspec.MsgspecError:
        return Typed()


async def keep_typed(tx: Tx, actor_id: int, typed: Typed) -> None:
    """Keep what a local actor typed."""
    await tx.preferences.put(actor_id, _NAME, msgspec.json.encode(typed).decode())
