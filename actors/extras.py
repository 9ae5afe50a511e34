"""What is seldom said of an account, kept as JSON beside its profile."""

from functools import lru_cache

import msgspec

from storage.records import ActorRecord


class Extras(msgspec.Struct, frozen=True, omit_defaults=True):
    """`attribution_domains` are the sites that may name the actor as the author of a page."""

    bot: bool = False
    avatar_description: str = ""
    header_description: str = ""
    attribution_domains: tuple[str, ...] = ()
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True


NOTHING = Extras()


def extras_of(actor: ActorRecord) -> Extras:
    """What is kept of an actor."""
    return _read(actor.extras) if actor.extras else NOTHING


def written(extras: Extras) -> str:
    """As it is stored; nothing where nothing is said."""
    return "" if extras == NOTHING else msgspec.json.encode(extras).decode()


@lru_cache(maxsize=4_096)
def _read(text: str) -> Extras:
    try:
        return msgspec.json.decode(text, type=Extras)
    except msgspec.MsgspecError:
        return NOTHING
