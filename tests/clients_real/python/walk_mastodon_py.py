"""Mastodon.py walks through the API: two people on two nodes."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from mastodon import Mastodon, MastodonNotFoundError, MastodonUnauthorizedError, StreamListener

from tests.clients_real.python.steps import code_for, config, eventually, walk

CONFIG = config()
OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["read", "write", "follow", "push"]


def refused(act: Callable[[], Any], error: type[Exception]) -> None:
    """Insist that something is refused."""
    try:
        act()
    except error:
        return
    raise AssertionError(f"not refused with {error.__name__}")


class Heard(StreamListener):  # type: ignore[misc]
    """Remembers what a stream told."""

    def __init__(self) -> None:
        self.updates: list[str] = []
        self.notifications: list[str] = []
        self.deleted: list[str] = []

    def on_update(self, status: Any) -> None:
        self.updates.append(status.content)

    def on_notification(self, notification: Any) -> None:
        self.notifications.append(notification.type)

    def on_delete(self, status_id: Any) -> None:
        self.deleted.append(str(status_id))


class Walk:
    """The two accounts, and what was made on the way."""

    def __init__(self) -> None:
        self.home: Any = None
        self.away: Any = None
        self.post: Any = None
        self.seen: Any = None
        self.friend: Any = None

    def log_in(self) -> None:
        self.home = self._signed_in("home")
        self.away = self._signed_in("away")
        assert self.home.app_verify_credentials().name == "Mastodon.py"

    def _signed_in(self, who: str) -> Mastodon:
        base = CONFIG[who]["base"]
        client_id, secret = Mastodon.create_app(
            "Mastodon.py", scopes=SCOPES, redirect_uris=OOB, api_base_url=base
        )
        api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=base)
        url = api.auth_request_url(scopes=SCOPES, redirect_uris=OOB, allow_http=True)
        api.log_in(code=code_for(url, who), redirect_uri=OOB, scopes=SCOPES, allow_http=True)
        assert api.me().username == CONFIG[who]["username"]
        return api

    def read_instance(self) -> None:
        assert self.home.instance_v1().uri
        assert self.home.instance_v2().configuration.statuses.max_characters >= 500
        assert self.home.instance_nodeinfo().software.name == "communotic"
        assert isinstance(self.home.instance_peers(), list)
        for read in ("custom_emojis", "announcements", "preferences", "instance_rules"):
            getattr(self.home, read)()

    def read_timelines(self) -> None:
        for timeline in ("home", "public", "local"):
            assert isinstance(self.home.timeline(timeline), list)
        assert isinstance(self.home.timeline_hashtag("essai"), list)
        for read in ("trending_statuses", "trending_tags", "suggestions", "directory"):
            getattr(self.home, read)()

    def change_profile(self) -> None:
        me = self.home.account_update_credentials(
            display_name="Amina B.",
            note="Formatrice",
            fields=[("Site", "https://site.example/")],
            locked=False,
        )
        assert me.display_name == "Amina B."
        assert [field.name for field in me.fields] == ["Site"]

    def write(self) -> None:
        key = "une-seule-fois"
        self.post = self.home.status_post(
            "Bonjour #essai", visibility="public", language="fr", idempotency_key=key
        )
        again = self.home.status_post(
            "Bonjour #essai", visibility="public", language="fr", idempotency_key=key
        )
        assert again.id == self.post.id
        assert self.home.status(self.post.id).language == "fr"
        found = self.home.timeline_hashtag("essai")
        assert [one.id for one in found] == [self.post.id]

    def write_with_media(self) -> None:
        media = self.home.media_post(
            io.BytesIO(bytes.fromhex(CONFIG["picture"])),
            mime_type="image/png",
            description="Un carré",
            focus=(0.5, 0.5),
            synchronous=True,
        )
        assert media.url is not None
        status = self.home.status_post("Avec une image", media_ids=[media], sensitive=True)
        assert status.media_attachments[0].description == "Un carré"
        assert status.media_attachments[0].blurhash

    def write_poll(self) -> None:
        poll = self.home.make_poll(["Oui", "Non"], expires_in=3_600)
        status = self.home.status_post("Et vous ?", poll=poll)
        found = self.away.search_v2(status.uri, resolve=True).statuses[0]
        self.away.poll_vote(found.poll.id, [0])
        eventually(lambda: self.home.poll(status.poll.id).votes_count == 1, "the vote arrives")

    def edit(self) -> None:
        changed = self.home.status_update(self.post.id, "Bonsoir #essai", spoiler_text="Le soir")
        assert "Bonsoir" in changed.content
        assert changed.edited_at is not None
        assert self.home.status_source(self.post.id).text == "Bonsoir #essai"
        assert len(self.home.status_history(self.post.id)) == 2

    def delete(self) -> None:
        status = self.home.status_post("À effacer")
        assert self.home.status_delete(status.id).text == "À effacer"
        refused(lambda: self.home.status(status.id), MastodonNotFoundError)

    def reply(self) -> None:
        answer = self.home.status_reply(self.post, "Une réponse")
        assert str(answer.in_reply_to_id) == str(self.post.id)
        context = self.home.status_context(self.post.id)
        assert [one.id for one in context.descendants] == [answer.id]

    def mark(self) -> None:
        number = self.post.id
        assert self.home.status_favourite(number).favourited
        assert self.home.status_reblog(number).reblog.reblogged
        assert self.home.status_bookmark(number).bookmarked
        assert self.home.status_pin(number).pinned
        assert [one.id for one in self.home.favourites()] == [number]
        assert [one.id for one in self.home.bookmarks()] == [number]
        assert len(self.home.status_favourited_by(number)) == 1
        assert not self.home.status_unfavourite(number).favourited
        assert not self.home.status_unreblog(number).reblogged
        assert not self.home.status_unbookmark(number).bookmarked
        assert not self.home.status_unpin(number).pinned
        assert self.home.status_mute(number).muted
        assert not self.home.status_unmute(number).muted

    def schedule(self) -> None:
        later = datetime.now(UTC) + timedelta(hours=2)
        planned = self.home.status_post("Plus tard", scheduled_at=later)
        assert planned.params.text == "Plus tard"
        self.home.scheduled_status_update(planned.id, later + timedelta(hours=1))
        self.home.scheduled_status_delete(planned.id)
        assert self.home.scheduled_statuses() == []

    def follow(self) -> None:
        name = CONFIG["away"]["acct"]
        self.friend = self.home.search_v2(name, resolve=True).accounts[0]
        assert self.friend.acct == name
        self.home.account_follow(self.friend.id)
        eventually(
            lambda: self.home.account_relationships(self.friend.id)[0].following, "the follow"
        )
        assert self.home.account_lookup(name).id == self.friend.id

    def see_the_followed(self) -> None:
        self.away.status_post("Un mot de loin #ailleurs")
        self.seen = eventually(
            lambda: next((s for s in self.home.timeline_home() if "de loin" in s.content), None),
            "the followed post arrives",
        )
        self.home.status_favourite(self.seen.id)
        self.home.status_reblog(self.seen.id)
        self.home.status_reply(self.seen, "Bien reçu")

    def quote(self) -> None:
        open_post = self.away.status_post("Citez-moi", quote_approval_policy="public")
        found = self.home.search_v2(open_post.uri, resolve=True).statuses[0]
        mine = self.home.status_post("Voyez", quoted_status_id=found)
        eventually(lambda: self.home.status(mine.id).quote.state == "accepted", "the quote")

    def notifications(self) -> None:
        wanted = {"mention", "favourite", "reblog", "follow", "quote"}

        def told() -> set[str]:
            return {one.type for one in self.away.notifications()}

        eventually(lambda: told() >= wanted, f"{wanted}, of which there are {told()}")
        grouped = self.away.grouped_notifications()
        assert grouped.notification_groups
        assert grouped.accounts
        one = self.away.notifications(types=["follow"])
        assert [n.type for n in one] == ["follow"]
        assert self.away.notifications_unread_count().count >= 4
        self.away.notifications_dismiss(one[0].id)
        self.away.notifications_clear()
        assert self.away.notifications() == []

    def lists(self) -> None:
        made = self.home.list_create("Collègues")
        self.home.list_accounts_add(made, [self.friend])
        assert [one.id for one in self.home.list_accounts(made)] == [self.friend.id]
        self.away.status_post("Pour la liste")
        eventually(
            lambda: any("Pour la liste" in s.content for s in self.home.timeline_list(made.id)),
            "the list shows the post",
        )
        assert self.home.list_update(made, "Amis", exclusive=True).title == "Amis"
        self.home.list_delete(made)
        assert self.home.lists() == []

    def filters(self) -> None:
        made = self.home.create_filter_v2(
            "Sans bruit", ["home", "public"], "warn", keywords_attributes=[{"keyword": "vacarme"}]
        )
        status = self.away.status_post("Quel vacarme")
        found = self.home.search_v2(status.uri, resolve=True).statuses[0]
        assert self.home.status(found.id).filtered[0].filter.title == "Sans bruit"
        self.home.delete_filter_v2(made)
        old = self.home.filter_create("tapage", ["home"])
        assert [one.phrase for one in self.home.filters()] == ["tapage"]
        self.home.filter_delete(old)

    def search(self) -> None:
        found = self.home.search_v2("#essai", result_type="hashtags")
        assert [tag.name for tag in found.hashtags] == ["essai"]
        assert self.home.account_search(CONFIG["home"]["username"])
        assert self.home.search_v2(self.post.uri, resolve=True).statuses[0].id == self.post.id

    def relations(self) -> None:
        number = self.friend.id
        assert self.home.account_mute(number, duration=60).muting
        assert not self.home.account_unmute(number).muting
        assert self.home.account_note_set(number, "Vue au salon").note == "Vue au salon"
        assert self.home.tag_follow("ailleurs").following
        assert [tag.name for tag in self.home.followed_tags()] == ["ailleurs"]
        self.home.tag_unfollow("ailleurs")
        self.home.domain_block("spam.example")
        assert list(self.home.domain_blocks()) == ["spam.example"]
        self.home.domain_unblock("spam.example")
        self.home.markers_set("home", self.post.id)
        assert str(self.home.markers_get("home").home.last_read_id) == str(self.post.id)

    def conversations(self) -> None:
        self.away.status_post(f"@{CONFIG['home']['acct']} entre nous", visibility="direct")
        talk = eventually(self.home.conversations, "the conversation")[0]
        assert talk.unread
        assert not self.home.conversations_read(talk.id).unread

    def stream(self) -> None:
        heard = Heard()
        handle = self.home.stream_user(heard, run_async=True, timeout=20)
        try:
            eventually(handle.is_receiving, "the stream is open")
            status = self.away.status_post(f"@{CONFIG['home']['acct']} en direct")
            eventually(
                lambda: any("en direct" in text for text in heard.updates), "an update is streamed"
            )
            eventually(lambda: "mention" in heard.notifications, "a notification is streamed")
            self.away.status_delete(status.id)
            eventually(lambda: heard.deleted, "a deletion is streamed")
        finally:
            handle.close()

    def page(self) -> None:
        for number in range(5):
            self.home.status_post(f"Page {number}", visibility="unlisted")
        first = self.home.account_statuses(self.home.me().id, limit=2)
        second = self.home.fetch_next(first)
        assert len(second) == 2
        assert second[0].id < first[-1].id
        assert len(self.home.fetch_remaining(first)) >= 5

    def log_out(self) -> None:
        self.away.revoke_access_token(allow_http=True)
        refused(self.away.me, MastodonUnauthorizedError)


def main() -> None:
    """Walk."""
    way = Walk()
    names = (
        "log_in", "read_instance", "read_timelines", "change_profile", "write", "write_with_media",
        "write_poll", "edit", "delete", "reply", "mark", "schedule", "follow", "see_the_followed",
        "quote", "notifications", "lists", "filters", "search", "relations", "conversations",
        "stream", "page", "log_out",
    )  # fmt: skip
    walk({name: getattr(way, name) for name in names})


if __name__ == "__main__":
    main()
