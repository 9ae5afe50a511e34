"""What an application may do with an account, in words of members."""

from collections.abc import Iterable
from typing import Final

from actors.oauth.scopes import widest
from web.texts import mark

TEXTS: Final = {
    "profile": mark("See your name, your picture and the address of your page"),
    "read": mark(
        "Read all that you can read here: news, private messages, notifications, your settings"
    ),
    "write": mark(
        "Act in your name: publish, answer, change and delete; follow and block people; change "
        "your profile"
    ),
    "push": mark("Send you notifications"),
    "follow": mark("See and change whom you follow, block or mute"),
    "admin:read": mark("See all that administrators see, if you are one"),
    "admin:write": mark("Do all that administrators do, if you are one"),
    "read:accounts": mark("See your profile, your mail settings and the profiles of others"),
    "read:blocks": mark("See whom you block"),
    "read:bookmarks": mark("See what you kept for later"),
    "read:collections": mark("See your collections of people"),
    "read:favourites": mark("See what you marked as useful"),
    "read:filters": mark("See which words you do not want to read"),
    "read:follows": mark("See whom you follow, and who follows you"),
    "read:lists": mark("See your lists"),
    "read:mutes": mark("See whom you mute"),
    "read:notifications": mark("Read your notifications"),
    "read:search": mark("Search in your name"),
    "read:statuses": mark("Read messages, private ones too"),
    "write:accounts": mark("Change your profile"),
    "write:blocks": mark("Block people, and end it"),
    "write:bookmarks": mark("Keep messages for later"),
    "write:collections": mark("Change your collections of people"),
    "write:conversations": mark("Hide conversations and mark them as read"),
    "write:favourites": mark("Mark messages as useful in your name"),
    "write:filters": mark("Change which words you do not want to read"),
    "write:follows": mark("Follow people in your name, and end it"),
    "write:lists": mark("Change your lists"),
    "write:media": mark("Send pictures and files in your name"),
    "write:mutes": mark("Mute people and conversations"),
    "write:notifications": mark("Clear your notifications"),
    "write:reports": mark("Report others in your name"),
    "write:statuses": mark("Publish, change and delete messages in your name"),
    "admin:read:accounts": mark("As an administrator: see all about the accounts"),
    "admin:read:canonical_email_blocks": mark("As an administrator: see refused mail addresses"),
    "admin:read:domain_allows": mark("As an administrator: see which sites are let in"),
    "admin:read:domain_blocks": mark("As an administrator: see which sites are blocked"),
    "admin:read:email_domain_blocks": mark("As an administrator: see refused mail providers"),
    "admin:read:ip_blocks": mark("As an administrator: see refused network addresses"),
    "admin:read:reports": mark("As an administrator: read the reports"),
    "admin:write:accounts": mark("As an administrator: decide about accounts"),
    "admin:write:canonical_email_blocks": mark("As an administrator: refuse mail addresses"),
    "admin:write:domain_allows": mark("As an administrator: let sites in"),
    "admin:write:domain_blocks": mark("As an administrator: block sites"),
    "admin:write:email_domain_blocks": mark("As an administrator: refuse mail providers"),
    "admin:write:ip_blocks": mark("As an administrator: refuse network addresses"),
    "admin:write:reports": mark("As an administrator: decide about reports"),
}


def in_words(scopes: Iterable[str]) -> list[str]:
    """What these scopes allow, the widest first, said once each; marked English texts."""
    return [TEXTS[scope] for scope in widest(scopes)]
