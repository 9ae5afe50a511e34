"""Everything of which members are told, and how it looks in apps that know only Mastodon."""

from actors.administration import COMMAND_LINE, set_domain_rule
from actors.moderation import set_sanction
from actors.sign_in.invitations import NewMember, Wanted, accept, invite
from clients.notifications.wording import TITLES
from storage.ids import new_id
from storage.notifying import FILTERABLE, GROUPED, TYPES
from storage.records import NotificationRecord
from tests.clients.notifications.news import follows, mentioned, post_of, types
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network, node_keys
from tests.web.members import share_experience

PATH = "/api/v1/notifications"


def test_there_are_words_for_everything_of_which_apps_are_told() -> None:
    assert set(TITLES) == set(TYPES)
    assert set(TYPES) >= GROUPED | FILTERABLE


async def test_followers_who_asked_for_it_are_told_of_every_post(
    network: Network, node: LocalNode
) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    await follows(network, greta, amina, notify=True)
    await follows(network, await app_of(node, "bruno"), amina)
    first = await mentioned(network, node, "Pour tout le monde")
    (told,) = await greta.get(PATH)
    assert (told["type"], told["status"]["id"]) == ("status", first)
    assert await types(await app_of(node, "bruno")) == []
    other = await post_of(node, "carla")
    for answered in (first, other):
        form = {"status": "Une réponse", "in_reply_to_id": answered}
        await amina.post("/api/v1/statuses", form=form)
        await network.settle()
    assert await types(greta) == ["status", "status"]
    await mentioned(network, node, "Bonjour @greta")
    assert await types(greta) == ["mention", "status", "status"]
    await amina.post("/api/v1/statuses", form={"status": "@bruno psst", "visibility": "direct"})
    await network.settle()
    assert await types(greta) == ["mention", "status", "status"]


async def test_posts_from_other_nodes_are_told_too(network: Network) -> None:
    here, there = await network.node("here"), await network.node("there")
    amina = await app_of(here, "amina")
    await there.person("bruno")
    await here.ask_to_follow("amina", "bruno@there.example")
    await network.settle()
    bruno = await here.actor("https://there.example/users/bruno")
    assert bruno is not None
    await amina.post(f"/api/v1/accounts/{bruno.id}/follow", json={"notify": True})
    await there.write("bruno", "Depuis là-bas")
    await network.settle()
    assert await types(amina) == ["status"]
    await there.write("bruno", "Bonjour @amina@here.example")
    await network.settle()
    (mention, _) = await amina.get(PATH)
    assert (mention["type"], mention["account"]["acct"]) == ("mention", "bruno@there.example")


async def test_who_shared_a_post_is_told_of_its_changes_the_last_time_alone(
    network: Network, node: LocalNode
) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    status = await amina.post("/api/v1/statuses", form={"status": "Un"})
    await network.settle()
    await greta.post(f"/api/v1/statuses/{status['id']}/reblog")
    for text in ("Deux", "Trois"):
        node.clock.pass_by(1)
        await amina.put(f"/api/v1/statuses/{status['id']}", form={"status": text})
        await network.settle()
    (told,) = await greta.get(PATH)
    assert (told["type"], told["status"]["content"]) == ("update", "<p>Trois</p>")


async def test_a_request_to_follow_is_told_until_it_is_answered(
    network: Network, node: LocalNode
) -> None:
    await node.person("carla", locked=True)
    carla, amina = await app_of(node, "carla"), await app_of(node, "amina")
    await follows(network, amina, carla)
    (told,) = await carla.get(PATH)
    assert (told["type"], told["account"]["id"]) == ("follow_request", amina.id)
    await carla.post(f"/api/v1/follow_requests/{amina.id}/authorize")
    await network.settle()
    assert await types(carla) == []


async def test_a_follow_that_was_taken_back_is_not_told_any_more(
    network: Network, node: LocalNode
) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    await follows(network, amina, greta)
    assert await types(greta) == ["follow"]
    await amina.post(f"/api/v1/accounts/{greta.id}/unfollow")
    await network.settle()
    assert await types(greta) == []
    await follows(network, amina, greta)
    assert await types(greta) == ["follow"]


async def test_what_only_this_program_knows_looks_like_something_that_apps_know(
    network: Network, node: LocalNode
) -> None:
    greta = await app_of(node, "greta")
    record = await share_experience(node, "greta", title="Au jardin")
    await share_experience(
        node,
        "amina",
        title="Au potager",
        adapted_from=record.url,
        adaptations="Plus petit.",
        result_here="Bien.",
    )
    await network.settle()
    (told,) = await greta.get(PATH, query={"supported_types[]": ["mention", "update"]})
    assert told["type"] == "mention"
    assert "<strong>Au potager</strong>" in told["status"]["content"]
    assert told["fallback"]["title"] == "Amina a réutilisé votre expérience"


async def test_news_that_no_app_could_show_is_left_out_and_counted_nowhere(
    node: LocalNode,
) -> None:
    app, amina = await app_of(node, "greta"), await node.person("amina")
    assert app.actor is not None
    record = NotificationRecord(
        new_id(), app.actor.id, "review", amina.id, None, node.clock.ms, None
    )
    await node.store.write(lambda tx: tx.activities.notify(record))
    assert await app.get(PATH) == []
    await app.get(f"{PATH}/{record.id}", expect=404)
    assert (await app.get(f"{PATH}/unread_count"))["count"] == 0
    assert (await app.get("/api/v2/notifications"))["notification_groups"] == []


async def test_administrators_are_told_of_reports(network: Network, node: LocalNode) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    number = await post_of(node, "bruno", "Une insulte")
    bruno = await app_of(node, "bruno")
    await amina.post(
        "/api/v1/reports",
        json={"account_id": bruno.id, "status_ids": [number], "comment": "Voyez"},
    )
    (told,) = await greta.get(PATH)
    assert (told["type"], told["account"]["id"]) == ("admin.report", amina.id)
    assert told["report"]["comment"] == "Voyez"
    assert told["report"]["status_ids"] == [number]
    assert told["report"]["target_account"]["id"] == bruno.id
    (group,) = (await greta.get("/api/v2/notifications"))["notification_groups"]
    assert group["report"] == told["report"]
    assert await types(bruno) == []


async def test_administrators_are_told_of_new_members(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    async with node.store.transaction() as tx:
        asked = [Wanted("nour@example.org", "Nour", "member")]
        (sent,), _ = await invite(tx, COMMAND_LINE, asked, node.clock.ms)
        new = NewMember("nour", "Nour")
        keys = node_keys()[1]
        await accept(tx, node.services.identifiers, sent.code, new, keys, node.clock.ms)
    (told,) = await greta.get(PATH)
    assert (told["type"], told["account"]["acct"]) == ("admin.sign_up", "nour")


async def severed(app: App) -> dict[str, object]:
    (told,) = await app.get(PATH)
    assert (told["type"], told["account"]["id"]) == ("severed_relationships", app.id)
    assert told["event"]["created_at"].endswith("Z")
    (group,) = (await app.get("/api/v2/notifications"))["notification_groups"]
    assert group["event"] == told["event"]
    event = told["event"]
    names = ("type", "target_name", "followers_count", "following_count")
    return {name: event[name] for name in names}


async def test_follows_that_end_with_a_domain_are_told(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    for name in ("un", "deux"):
        friend = node.wires.person(f"https://lost.example/users/{name}")
        await node.befriend("amina", friend)
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, "greta", "lost.example", "suspend", "", node.clock.ms)
    assert await severed(app) == {
        "type": "domain_block",
        "target_name": "lost.example",
        "followers_count": 0,
        "following_count": 2,
    }
    assert await (await app_of(node, "greta")).get(PATH) == []


async def test_follows_that_end_with_an_account_are_told(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    friend = node.wires.person("https://lost.example/users/un")
    await node.befriend("amina", friend)
    actor = await node.actor(friend.url)
    assert actor is not None
    await node.store.write(
        lambda tx: set_sanction(tx, "greta", actor, "suspend", "", node.clock.ms)
    )
    assert await severed(app) == {
        "type": "account_suspension",
        "target_name": "un@lost.example",
        "followers_count": 0,
        "following_count": 1,
    }


async def test_follows_that_a_member_ends_with_a_domain_are_told(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await node.befriend("amina", node.wires.person("https://lost.example/users/un"))
    await app.post("/api/v1/domain_blocks", form={"domain": "lost.example"})
    assert (await severed(app))["type"] == "user_domain_block"


async def test_the_same_is_told_once_and_each_loss_by_itself(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    for host in ("one.example", "two.example"):
        await node.befriend("amina", node.wires.person(f"https://{host}/users/un"))
        await app.post("/api/v1/domain_blocks", form={"domain": host})
    assert await types(app) == ["severed_relationships"] * 2
