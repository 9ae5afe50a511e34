"""The custom emoji of this node in what it publishes."""

import mimetypes
import re
from collections.abc import Iterable
from typing import Any, Final

from actors.documents import wire_time
from actors.identifiers import Identifiers
from federation.vocabulary import CONTEXT
from storage.emojis import EmojiRecord
from storage.records import ActorRecord
from storage.store import Tx

SHORTCODE: Final = re.compile(r"[A-Za-z0-9_]{2,60}")
MAX_USED: Final = 50
_USED: Final = re.compile(r"(?<![A-Za-z0-9_:]):([A-Za-z0-9_]{2,60}):(?![A-Za-z0-9_])")


def shortcodes(texts: Iterable[str]) -> list[str]:
    """The names that stand between colons in some texts, each once."""
    found = (name for text in texts if ":" in text for name in _USED.findall(text))
    return list(dict.fromkeys(found))[:MAX_USED]


def emoji_tag(identifiers: Identifiers, emoji: EmojiRecord) -> dict[str, Any]:
    """An `Emoji` as Mastodon writes it into `tag`."""
    icon = {"type": "Image", "url": emoji.url}
    media_type = mimetypes.guess_type(emoji.url)[0]
    return {
        "id": identifiers.emoji(emoji.shortcode),
        "type": "Emoji",
        "name": f":{emoji.shortcode}:",
        "updated": wire_time(emoji.updated_at),
        "icon": icon | ({"mediaType": media_type} if media_type else {}),
    }


def emoji_document(identifiers: Identifiers, emoji: EmojiRecord) -> dict[str, Any]:
    """What the address of an emoji answers."""
    return {"@context": CONTEXT, **emoji_tag(identifiers, emoji)}


async def emoji_tags(
    tx: Tx, identifiers: Identifiers, texts: Iterable[str]
) -> list[dict[str, Any]]:
    """The `Emoji` of ours that some texts use; without a query when there is no name in them."""
    names = shortcodes(texts)
    found = await tx.emojis.named(identifiers.host, names) if names else {}
    return [emoji_tag(identifiers, found[name]) for name in names if name in found]


async def profile_emojis(
    tx: Tx, identifiers: Identifiers, actor: ActorRecord
) -> list[dict[str, Any]]:
    """Those that a profile uses."""
    return await emoji_tags(tx, identifiers, (actor.name, actor.summary, actor.fields))
