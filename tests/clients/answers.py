"""One node on which everything happens once; what its apps are answered, by kind of entity."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from actors.documents import wire_time
from actors.site import HouseRules
from objects.announcements import Written, write
from outbox.poll_news import PollNews
from storage.store import Tx
from tests.clients.instance.test_emojis import emoji
from tests.clients.instance.test_overview import keep_rules
from tests.clients.media.uploads import upload
from tests.clients.oauth.flow import registered
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.push import Telephone

Json = dict[str, Any]
Answers = dict[str, list[Json]]
PAGE = "https://site.example/articles/1"
HTML = b"""<html lang="fr"><head><title>Une page</title>
<meta name="description" content="Ce qu'elle dit">
<meta name="author" content="Ada"></head><body>"""
# Where other entities stand in an entity, and of which kind they are.
INSIDE = {
    "status": {
        "account": "account", "media_attachments": "media", "mentions": "mention",
        "tags": "tag in a status", "emojis": "emoji", "poll": "poll", "card": "card",
        "reblog": "status", "application": "application", "filtered": "filter result",
        "quote_approval": "quote approval",
    },
    "account": {"fields": "field", "emojis": "emoji", "roles": "role in an account"},
    "own account": {"source": "source", "role": "role"},
    "media": {"meta": "media meta"},
    "media meta": {"focus": "focus"},
    "poll": {"options": "option"},
    "card": {"authors": "author", "history": "history"},
    "author": {"account": "account"},
    "tag": {"history": "history"},
    "instance v1": {"urls": "urls", "stats": "stats"},
    "instance v2": {
        "usage": "usage", "thumbnail": "thumbnail", "configuration": "configuration",
        "registrations": "registrations", "contact": "contact", "rules": "rule",
    },
    "usage": {"users": "users"},
    "configuration": {
        "accounts": "limits of accounts", "statuses": "limits of statuses",
        "media_attachments": "limits of media", "polls": "limits of polls",
        "translation": "translation is on",
    },
    "filter": {"keywords": "keyword", "statuses": "filter status"},
    "filter result": {"filter": "filter"},
    "push subscription": {"alerts": "alerts"},
    "notification": {
        "account": "account", "status": "status", "report": "report", "event": "severance",
        "moderation_warning": "warning",
    },
    "report": {"target_account": "account"},
    "announcement": {"reactions": "reaction", "emojis": "emoji"},
    "conversation": {"accounts": "account", "last_status": "status"},
    "familiar": {"accounts": "account"},
    "policy": {"summary": "summary"},
    "request": {"account": "account"},
    "scheduled": {"params": "scheduled params", "media_attachments": "media"},
    "search": {"accounts": "account", "statuses": "status", "hashtags": "tag"},
    "context": {"ancestors": "status", "descendants": "status"},
    "grouped": {"notification_groups": "group", "accounts": "account", "statuses": "status"},
    "group": {"report": "report", "event": "severance", "moderation_warning": "warning"},
    "markers": {"home": "marker", "notifications": "marker"},
    "suggestion": {"account": "account"},
    "edit": {"account": "account", "media_attachments": "media", "emojis": "emoji"},
    "nodeinfo": {"software": "software", "usage": "usage in nodeinfo"},
    "profile": {"fields": "field", "featured_tags": "featured tag"},
}  # fmt: skip


def spread(kind: str, value: Any) -> Iterator[tuple[str, Json]]:
    """An answer and all entities in it."""
    if isinstance(value, list):
        for one in value:
            yield from spread(kind, one)
    elif isinstance(value, dict):
        yield kind, value
        for name, inner in INSIDE.get(kind, {}).items():
            yield from spread(inner, value.get(name))


class Collected:
    """What was answered until now."""

    def __init__(self) -> None:
        self.found: Answers = defaultdict(list)

    def add(self, kind: str, value: Any) -> Any:
        """Keep an answer with what is in it, and give it back."""
        for name, one in spread(kind, value):
            self.found[name].append(one)
        return value


async def collect(network: Network, node: LocalNode) -> Answers:
    """Let everything happen, and look at it."""
    kept = Collected()
    amina, greta = await app_of(node, "amina"), await app_of(node, "greta")
    await emoji(node, "bravo")
    await _profile(kept, amina)
    await _posts(kept, network, node, amina, greta)
    await _bonds(kept, network, node, amina, greta)
    await _own(kept, node, amina)
    await _server(kept, node, amina)
    await _filtered(kept, node, amina)
    await _notifications(kept, network, node, amina, greta)
    return kept.found


async def _profile(kept: Collected, app: App) -> None:
    form = {"fields_attributes[0][name]": "Site", "fields_attributes[0][value]": "Le mien"}
    shown = {"note": "Bonjour :bravo:", **form}
    kept.add("account", await app.patch("/api/v1/accounts/update_credentials", form=shown))
    own = kept.add("own account", await app.get("/api/v1/accounts/verify_credentials"))
    kept.add("account", own)
    kept.add("preferences", await app.get("/api/v1/preferences"))


async def _posts(
    kept: Collected, network: Network, node: LocalNode, amina: App, greta: App
) -> None:
    picture = kept.add("media", await upload(amina, "red", description="Une pomme", focus="0,0.5"))
    node.wires.served[PAGE] = (200, "text/html", HTML)
    sent: list[Json] = [
        {"status": "Une image :bravo:", "media_ids": [picture["id"]], "spoiler_text": "Attention"},
        {"status": f"Bonjour @greta #Formation {PAGE}"},
        {"status": "Et vous ?", "poll": {"options": ["Oui", "Non"], "expires_in": 3_600}},
    ]
    ids = [kept.add("status", await amina.post("/api/v1/statuses", json=one))["id"] for one in sent]
    await node.services.card_worker.run_once()
    await network.settle()
    kept.add("status", await amina.get("/api/v1/statuses", query={"id[]": ids}))
    quote = {"status": "Regardez", "quoted_status_id": ids[0]}
    quote_id = kept.add("status", await amina.post("/api/v1/statuses", json=quote))["id"]
    answer = {"status": "@amina oui", "in_reply_to_id": ids[0]}
    kept.add("status", await greta.post("/api/v1/statuses", json=answer))
    kept.add("status", await greta.post(f"/api/v1/statuses/{ids[0]}/reblog"))
    kept.add("status", await greta.post(f"/api/v1/statuses/{ids[0]}/favourite"))
    await greta.post(f"/api/v1/statuses/{ids[1]}/reblog")
    await greta.post("/api/v1/statuses", json={"status": "Voyez", "quoted_status_id": ids[1]})
    await network.settle()
    status = kept.add("status", await greta.get(f"/api/v1/statuses/{ids[2]}"))
    poll = status["poll"]["id"]
    kept.add("poll", await greta.post(f"/api/v1/polls/{poll}/votes", json={"choices": [0]}))
    node.clock.pass_by(1)
    await amina.put(f"/api/v1/statuses/{ids[1]}", json={"status": "Autre #formation"})
    kept.add("edit", await amina.get(f"/api/v1/statuses/{ids[1]}/history"))
    kept.add("source text", await amina.get(f"/api/v1/statuses/{ids[1]}/source"))
    kept.add("context", await amina.get(f"/api/v1/statuses/{ids[0]}/context"))
    kept.add("status", await greta.get(f"/api/v1/statuses/{quote_id}"))
    kept.add("deleted", await amina.delete(f"/api/v1/statuses/{quote_id}"))
    direct = {"status": "@greta psst", "visibility": "direct"}
    kept.add("status", await amina.post("/api/v1/statuses", json=direct))
    await network.settle()
    kept.add("conversation", await greta.get("/api/v1/conversations"))
    kept.add("search", await greta.get("/api/v2/search", query={"q": "formation"}))
    kept.add("search", await greta.get("/api/v2/search", query={"q": "amina"}))
    kept.add("tag", await greta.get("/api/v1/tags/formation"))
    kept.add("tag", await greta.post("/api/v1/tags/formation/follow"))
    kept.add("tag", await greta.get("/api/v1/followed_tags"))
    kept.add("featured tag", await amina.post("/api/v1/featured_tags", form={"name": "formation"}))
    kept.add("featured tag", await greta.get(f"/api/v1/accounts/{amina.id}/featured_tags"))
    kept.add("profile", await amina.get("/api/v1/profile"))


async def _bonds(
    kept: Collected, network: Network, node: LocalNode, amina: App, greta: App
) -> None:
    bruno = await app_of(node, "bruno")
    for who, whom in ((greta, bruno), (bruno, amina), (greta, amina)):
        follow = await who.post(f"/api/v1/accounts/{whom.id}/follow", json={"notify": True})
        kept.add("relationship", follow)
        await network.settle()
    query = {"id[]": [amina.id, bruno.id]}
    kept.add("relationship", await greta.get("/api/v1/accounts/relationships", query=query))
    familiar = await greta.get("/api/v1/accounts/familiar_followers", query={"id[]": [amina.id]})
    kept.add("familiar", familiar)
    carla = await node.person("carla", locked=True)
    await bruno.post(f"/api/v1/accounts/{carla.id}/follow")
    kept.add("suggestion", await (await app_of(node, "lise")).get("/api/v2/suggestions"))
    made = kept.add("list", await greta.post("/api/v1/lists", json={"title": "Collègues"}))
    kept.add("list", await greta.get(f"/api/v1/lists/{made['id']}"))


async def _own(kept: Collected, node: LocalNode, amina: App) -> None:
    soon = node.clock.ms + 86_400_000
    tomorrow = {"status": "Demain", "visibility": "public", "scheduled_at": wire_time(soon)}
    kept.add("scheduled", await amina.post("/api/v1/statuses", json=tomorrow))
    kept.add("scheduled", await amina.get("/api/v1/scheduled_statuses"))
    (latest, *_) = await amina.get("/api/v1/timelines/home")
    marks = {"home": {"last_read_id": latest["id"]}, "notifications": {"last_read_id": "1"}}
    kept.add("markers", await amina.post("/api/v1/markers", json=marks))
    phone = Telephone().subscription("mention")
    kept.add("push subscription", await amina.post("/api/v1/push/subscription", json=phone))
    app = await registered(node, "icecubesapp://")
    kept.add("token", await app.exchange(await app.code()))
    signed_in = await app.sign_in()
    kept.add("status", await signed_in.post("/api/v1/statuses", json={"status": "D'une app"}))
    form = {"client_name": "Feditext", "redirect_uris": "feditext://oauth.callback"}
    kept.add("new app", await App(node).post("/api/v1/apps", form=form))


async def _server(kept: Collected, node: LocalNode, amina: App) -> None:
    async def announce(tx: Tx) -> int:
        written = Written("Bienvenue :bravo: @amina #formation")
        return (await write(tx, "lea", written, node.clock.ms, publish=True)).id

    number = await node.store.write(announce)
    await amina.put(f"/api/v1/announcements/{number}/reactions/bravo")
    kept.add("announcement", await amina.get("/api/v1/announcements"))
    await keep_rules(node, HouseRules("Soyez aimables"))
    node.clock.pass_by(11)
    kept.add("instance v1", await App(node).get("/api/v1/instance"))
    kept.add("instance v2", await App(node).get("/api/v2/instance"))
    kept.add("description", await App(node).get("/api/v1/instance/extended_description"))
    kept.add("activity", await App(node).get("/api/v1/instance/activity"))
    kept.add("emoji", await App(node).get("/api/v1/custom_emojis"))
    kept.add("trending tag", await App(node).get("/api/v1/trends/tags"))
    kept.add("trending link", await App(node).get("/api/v1/trends/links"))
    kept.add("nodeinfo", await App(node).get("/nodeinfo/2.0"))
    kept.add("error", await App(node).get("/api/v1/accounts/verify_credentials", expect=401))
    kept.add("error", await App(node).get("/api/v1/statuses/1", expect=404))
    kept.add("error", await amina.post("/api/v1/statuses", json={}, expect=422))


async def _filtered(kept: Collected, node: LocalNode, amina: App) -> None:
    words = [{"keyword": "pomme", "whole_word": True}]
    wanted = {"title": "Fruits", "context": ["home", "public"], "keywords_attributes": words}
    made = kept.add("filter", await amina.post("/api/v2/filters", json=wanted))
    number = await node.object(await node.write("bruno", "Une pomme"))
    assert number is not None
    form = {"status_id": str(number.id)}
    path = f"/api/v2/filters/{made['id']}/statuses"
    kept.add("filter status", await amina.post(path, form=form))
    kept.add("filter", await amina.get("/api/v2/filters"))
    kept.add("filter v1", await amina.get("/api/v1/filters"))
    kept.add("status", await amina.get("/api/v1/timelines/public"))
    kept.add("status", await amina.get(f"/api/v1/statuses/{number.id}"))


async def _notifications(
    kept: Collected, network: Network, node: LocalNode, amina: App, greta: App
) -> None:
    lost = node.wires.person("https://lost.example/users/un")
    await node.befriend("amina", lost)
    await amina.post("/api/v1/domain_blocks", form={"domain": "lost.example"})
    bruno = await app_of(node, "bruno")
    wrong = {"account_id": bruno.id, "comment": "Voyez"}
    kept.add("report", await amina.post("/api/v1/reports", json=wrong))
    admin = await app_of(node, "greta", "read write admin:read admin:write")
    action = {"type": "none", "text": "Soyez polie."}
    await admin.post(f"/api/v1/admin/accounts/{amina.id}/action", json=action)
    kept.add("admin report", await admin.get("/api/v1/admin/reports"))
    policy = {"for_not_following": "filter"}
    await bruno.patch("/api/v2/notifications/policy", json=policy)
    stranger = await app_of(node, "lise")
    await stranger.post("/api/v1/statuses", json={"status": "Bonjour @bruno"})
    await network.settle()
    kept.add("policy", await bruno.get("/api/v2/notifications/policy"))
    kept.add("policy v1", await bruno.get("/api/v1/notifications/policy"))
    kept.add("request", await bruno.get("/api/v1/notifications/requests"))
    node.clock.pass_by(3_700)
    await PollNews(node.outbox).run_once()
    carla = await app_of(node, "carla")
    for app in (amina, greta, bruno, carla):
        kept.add("notification", await app.get("/api/v1/notifications"))
        kept.add("grouped", await app.get("/api/v2/notifications"))
