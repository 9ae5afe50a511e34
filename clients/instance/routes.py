"""The endpoints of this folder."""

from clients.door import Door
from clients.instance.announcements import add_announcement_routes
from clients.instance.emojis import add_emoji_routes
from clients.instance.oembed import add_oembed_routes
from clients.instance.overview import add_overview_routes
from clients.instance.peers import add_peer_routes
from clients.instance.policies import add_policy_routes
from clients.instance.translation import add_translation_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_overview_routes(door)
    add_policy_routes(door)
    add_emoji_routes(door)
    add_announcement_routes(door)
    add_peer_routes(door)
    add_translation_routes(door)
    add_oembed_routes(door)
