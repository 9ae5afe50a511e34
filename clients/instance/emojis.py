"""The custom emoji that members may choose from."""

from clients.door import Call, Door
from clients.entities.accounts import CustomEmoji
from clients.rendering.accounts import own_emojis


def add_emoji_routes(door: Door) -> None:
    """Register the endpoint."""

    @door.get("/api/v1/custom_emojis", who="anyone")
    async def custom_emojis(call: Call) -> list[CustomEmoji]:
        identifiers = call.context.identifiers
        found = await call.store.query(lambda tx: own_emojis(tx, identifiers))
        return [emoji for emoji in found.values() if emoji.visible_in_picker]
