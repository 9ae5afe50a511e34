"""A node on which much is going on around one member, all of it made with apps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from clients.door import Endpoint
from clients.routes import client_door
from objects.announcements import Written, write
from objects.search.posts import index_some
from tests.clients.media.uploads import upload
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.push import Telephone

ADMIN: Final = (
    "read write follow push profile admin:read admin:write "
    "admin:read:domain_allows admin:read:domain_blocks admin:read:email_domain_blocks"
)
STATUSES: Final = "/api/v1/statuses"
LINK: Final = "https://ailleurs.example/page"
PAGE: Final = b"<html><head><title>Une page</title></head><body>"
Json = dict[str, Any]


@dataclass
class Busy:
    """One member, `me`, and what others did around them; `ids` are those of the first of each."""

    network: Network
    node: LocalNode
    me: App
    url: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    people: list[App] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    strangers: list[App] = field(default_factory=list)

    @classmethod
    async def begin(cls, network: Network, node: LocalNode) -> "Busy":
        """The member with a post, a poll, a list, a filter, a policy and an app that listens."""
        await node.person("moi")
        actor = node.people["moi"]
        await node.store.write(lambda tx: tx.members.set_role(actor.id, "admin"))
        node.wires.served[LINK] = (200, "text/html", PAGE)
        busy = cls(network, node, await app_of(node, "moi", ADMIN))
        me, ids = busy.me, busy.ids
        await me.patch("/api/v1/accounts/update_credentials", json={"indexable": True})
        await me.patch("/api/v2/notifications/policy", json={"for_not_following": "filter"})
        first = await busy.say(me, "Bonjour #formation")
        ids["status_id"], busy.url = first["id"], first["url"]
        poll = {"options": ["oui", "non"], "expires_in": 3_600}
        ids["poll_id"] = (await busy.say(me, "Qui vient ?", poll=poll))["poll"]["id"]
        ids["list_id"] = (await me.post("/api/v1/lists", json={"title": "Premiers"}))["id"]
        made = await me.post(
            "/api/v2/filters",
            json={
                "title": "Premier",
                "context": ["home", "public", "thread", "notifications", "account"],
                "keywords_attributes": [{"keyword": "jamais"}],
            },
        )
        ids["filter_id"], ids["keyword_id"] = made["id"], made["keywords"][0]["id"]
        await me.post("/api/v1/push/subscription", json=Telephone().subscription("mention"))
        await me.post("/api/v1/markers", json={"home": {"last_read_id": ids["status_id"]}})
        await busy.follow(await app_of(node, "greta"))
        return busy

    async def say(self, app: App, text: str, **options: Any) -> Json:
        """Write a post."""
        found: Json = await app.post(STATUSES, json={"status": text, **options})
        return found

    async def follow(self, *others: App) -> None:
        """The member and some people follow each other."""
        for other in others:
            await self.me.post(f"/api/v1/accounts/{other.id}/follow", json={"reblogs": True})
        await self.network.settle()  # both ways at once may have to wait for each other
        for other in others:
            await other.post(f"/api/v1/accounts/{self.me.id}/follow")
            await self.network.settle()

    async def grow(self, until: int) -> None:
        """Let there be so many of everything."""
        added = range(len(self.people), until)
        friends = [await app_of(self.node, f"amie{number}") for number in added]
        self.people += friends
        await self.follow(*friends)
        for number, friend in zip(added, friends, strict=True):
            await self._befriended(number, friend)
            await self._kept(number, friend)
            await self._administered(number)
        await self.network.settle()
        await self._asked(added)
        await self.network.settle()
        await self.node.services.card_worker.run_once()
        while await index_some(self.node.store):
            pass
        await self._remember()

    async def _befriended(self, number: int, friend: App) -> None:
        """What a friend does: write, answer, quote, share, thank, vote."""
        me, first = self.me, self.ids["status_id"]
        picture = (await upload(friend, description="Une image"))["id"]
        text = f"@moi #formation #sujet{number} {LINK}"
        post = await self.say(friend, text, media_ids=[picture])
        self.posts.append(post["id"])
        await self.say(friend, "@moi entre nous", visibility="direct")
        await self.say(friend, "@moi une réponse", in_reply_to_id=first)
        await self.say(friend, "Regardez", quoted_status_id=first)
        await friend.post(f"{STATUSES}/{first}/favourite")
        await friend.post(f"{STATUSES}/{first}/reblog")
        await friend.post(f"/api/v1/polls/{self.ids['poll_id']}/votes", json={"choices": [0]})
        for act in ("favourite", "bookmark", "reblog"):
            await me.post(f"{STATUSES}/{post['id']}/{act}")
        await me.put(f"{STATUSES}/{first}", json={"status": f"Bonjour #formation {number}"})

    async def _kept(self, number: int, friend: App) -> None:
        """What the member keeps: lists, filters, tags, posts for later, recommendations."""
        me, post = self.me, self.posts[number]
        made = await me.post("/api/v1/lists", json={"title": f"Liste {number}"})
        for chosen in (self.ids["list_id"], made["id"]):
            path = f"/api/v1/lists/{chosen}/accounts"
            await me.post(path, json={"account_ids": [friend.id]})
        await me.post(f"/api/v1/tags/sujet{number}/follow")
        if number < 10:
            await me.post("/api/v1/featured_tags", json={"name": f"sujet{number}"})
        if number < 5:
            mine = await self.say(me, f"Épinglé {number}")
            await me.post(f"{STATUSES}/{mine['id']}/pin")
        await me.post(f"/api/v1/accounts/{friend.id}/endorse")
        words = [{"keyword": f"mot{number}"}]
        wanted = {"title": f"F{number}", "context": ["home"], "keywords_attributes": words}
        await me.post("/api/v2/filters", json=wanted)
        path = f"/api/v2/filters/{self.ids['filter_id']}"
        await me.post(f"{path}/keywords", json={"keyword": f"terme{number}"})
        kept = await me.post(f"{path}/statuses", json={"status_id": post})
        self.ids.setdefault("post_id", kept["id"])
        when = f"2027-03-{number % 20 + 1:02}T10:00:00Z"
        later = await self.say(me, "Plus tard", scheduled_at=when)
        self.ids.setdefault("number", later["id"])
        await me.post("/api/v1/domain_blocks", json={"domain": f"loin{number}.example"})

    async def _administered(self, number: int) -> None:
        """What an administrator says and shuts out."""
        me, now = self.me, self.node.clock.ms
        told = Written(f"Annonce {number} @moi #formation")
        await self.node.store.write(lambda tx: write(tx, "moi", told, now, publish=True))
        for kind, name in (
            ("domain_blocks", "rule_id"), ("email_domain_blocks", "mail_id"),
        ):  # fmt: skip
            domain = {"domain": f"{kind[0]}{number}.example"}
            made = await me.post(f"/api/v1/admin/{kind}", json=domain)
            self.ids.setdefault(name, made["id"])

    async def _asked(self, added: Sequence[int]) -> None:
        """Strangers: some ask to follow and write unasked, some are blocked, muted, reported."""
        me = self.me
        await me.patch("/api/v1/accounts/update_credentials", json={"locked": True})
        for number in added:
            asking = await app_of(self.node, f"inconnu{number}")
            self.strangers.append(asking)
            await asking.post(f"/api/v1/accounts/{me.id}/follow")
            await self.say(asking, "@moi bonjour")
            report = {"account_id": self.people[number].id, "status_ids": [self.posts[number]]}
            await asking.post("/api/v1/reports", json={**report, "comment": "Voyez"})
            for act in ("block", "mute"):
                shunned = await app_of(self.node, f"{act}{number}")
                await me.post(f"/api/v1/accounts/{shunned.id}/{act}")

    async def _remember(self) -> None:
        """The numbers that the node gave."""
        me, ids = self.me, self.ids
        found = await me.get("/api/v2/notifications", query={"types[]": ["favourite"]})
        ids["group_key"] = found["notification_groups"][0]["group_key"]
        ids["notification_id"] = (await me.get("/api/v1/notifications"))[0]["id"]
        ids["request_id"] = (await me.get("/api/v1/notifications/requests"))[0]["id"]
        ids["report_id"] = (await me.get("/api/v1/admin/reports"))[0]["id"]
        ids["media_id"] = (await upload(me))["id"]
        ids["account_id"] = ids["actor_id"] = me.id

    def readings(self) -> dict[str, tuple[str, Json]]:
        """Every GET endpoint but streams: the address to ask, and what is asked there."""
        found = client_door(self.node.services.clients).endpoints
        asked = self._asking()
        return {
            one.path: (self._filled(one), {"limit": 40, **asked.get(one.path, {})})
            for one in found
            if one.method == "GET" and "/streaming/" not in one.path and one.path not in UNASKED
        }

    def _filled(self, endpoint: Endpoint) -> str:
        values = {
            **self.ids, "hashtag": "formation", "name": "formation", "date": "2026-01-01",
            **({"number": self.ids["media_id"]} if "/media/" in endpoint.path else {}),
            **({"account_id": self.people[0].id} if endpoint.path.endswith("/lists") else {}),
            **({"rule_id": self.ids["mail_id"]} if "email_domain" in endpoint.path else {}),
        }  # fmt: skip
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values[part[1]], endpoint.path)

    def _asking(self) -> dict[str, Json]:
        everybody = [person.id for person in self.people]
        search = {"q": "amie", "resolve": "false"}
        return {
            "/api/v1/accounts": {"id[]": everybody},
            "/api/v1/accounts/relationships": {"id[]": everybody},
            "/api/v1/accounts/familiar_followers": {"id[]": everybody},
            "/api/v1/accounts/lookup": {"acct": "amie0"},
            "/api/v1/accounts/search": search,
            "/api/v1/statuses": {"id[]": self.posts},
            "/api/v1/timelines/link": {"url": LINK},
            "/api/v1/markers": {"timeline[]": ["home", "notifications"]},
            "/api/v2/search": {"q": "formation"},
            "/api/v1/search": search,
            "/api/oembed": {"url": self.url},
        }


# What there is for an app alone, and what this node does not publish.
UNASKED: Final = frozenset(
    {
        "/api/v1/apps/verify_credentials",
        "/api/v1/instance/terms_of_service",
        "/api/v1/instance/terms_of_service/<date>",
        "/api/v1/instance/domain_blocks",
        "/api/v1/admin/domain_allows/<int:rule_id>",
        "/oauth/userinfo",
    }
)
