"""The node as every app asks for it at its start: true limits, rules, the law, other servers."""

import re
from dataclasses import replace

from actors.administration import set_domain_rule
from actors.site import HouseRules, save_site
from storage.store import Tx
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity


async def keep_rules(node: LocalNode, rules: HouseRules) -> None:
    await node.store.write(lambda tx: save_site(tx, "lea", rules, node.clock.ms))
    node.services.web.site.forget()


async def test_a_stranger_learns_what_an_app_needs_before_it_signs_in(node: LocalNode) -> None:
    found = await App(node).get("/api/v2/instance")
    check_entity("Instance", found)
    assert found["domain"] == "node.example"
    assert found["title"] == "Greta"
    assert re.fullmatch(r"4\.\d+\.\d+ \(compatible; Communotic [^ )]+\)", found["version"])
    assert found["api_versions"] == {"mastodon": 7}
    assert found["configuration"]["urls"]["streaming"] == "wss://node.example"
    assert len(found["configuration"]["vapid"]["public_key"]) == 87
    assert found["contact"]["account"]["acct"] == "greta"
    assert found["registrations"]["enabled"] is False
    assert found["registrations"]["message"].startswith("<p>L’organisation invite")
    access = found["configuration"]["timelines_access"]
    assert access["live_feeds"] == {"local": "public", "remote": "public"}


async def test_libraries_learn_from_nodeinfo_which_api_there_is(node: LocalNode) -> None:
    answer = await node.app.test_client().get("/nodeinfo/2.1", headers={"Host": node.host})
    metadata = (await answer.get_json(force=True))["metadata"]
    assert metadata["upstream"] == {"name": "mastodon"}
    assert "mastodon_api" in metadata["features"]


async def test_older_apps_get_the_same_in_their_shape(node: LocalNode) -> None:
    await node.write("amina", "Bonjour")
    found = await App(node).get("/api/v1/instance")
    check_entity("V1Instance", found)
    assert found["uri"] == "node.example"
    assert found["urls"] == {"streaming_api": "wss://node.example"}
    assert found["stats"]["user_count"] == 2
    assert found["stats"]["status_count"] == 1
    assert found["email"] == "contact@node.example"


async def test_the_limits_are_those_of_the_settings(network: Network) -> None:
    node = await network.open("small.example", "petite", max_upload=1_000_000, max_pixels=2_000_000)
    media = (await App(node).get("/api/v2/instance"))["configuration"]["media_attachments"]
    assert media["image_size_limit"] == 1_000_000
    assert media["image_matrix_limit"] == 2_000_000
    assert "image/webp" in media["supported_mime_types"]
    assert "image/svg+xml" not in media["supported_mime_types"]


async def test_the_overview_is_made_again_when_it_is_some_seconds_old(node: LocalNode) -> None:
    app = App(node)
    assert (await app.get("/api/v2/instance"))["rules"] == []
    await keep_rules(node, HouseRules("Be kind\nTo everybody.\n\nName your sources"))
    node.clock.pass_by(11)
    rules = (await app.get("/api/v2/instance"))["rules"]
    assert [(rule["text"], rule["hint"]) for rule in rules] == [
        ("Be kind", "To everybody."),
        ("Name your sources", ""),
    ]
    assert await app.get("/api/v1/instance/rules") == rules


async def test_a_rule_keeps_its_number_when_others_come_before_it() -> None:
    one = HouseRules("Be kind").listed()[0]
    other = HouseRules("Read first\n\nBe kind\nAlways.\n\nBe kind").listed()
    assert [rule.text for rule in other] == ["Read first", "Be kind"]
    assert other[1].number == one.number
    assert HouseRules(" \n\n ").listed() == []


async def test_the_law_is_told_as_on_the_pages(node: LocalNode) -> None:
    app = App(node)
    policy = await app.get("/api/v1/instance/privacy_policy")
    assert "rgpd@node.example" in policy["content"]
    terms = await app.get("/api/v1/instance/terms_of_service")
    assert "Camille Lemarchand" in terms["content"]
    assert 'href="https://node.example/report"' in terms["content"]
    date = terms["effective_date"]
    assert await app.get(f"/api/v1/instance/terms_of_service/{date}") == terms
    await app.get("/api/v1/instance/terms_of_service/2001-01-01", expect=404)
    assert await app.get("/api/v1/instance/extended_description") == {
        "content": "",
        "updated_at": None,
    }


async def test_weeks_of_activity_are_counted(node: LocalNode) -> None:
    await node.write("amina", "Bonjour")
    await node.write("amina", "Pour moi", visibility="direct")
    weeks = await App(node).get("/api/v1/instance/activity")
    assert len(weeks) == 12
    assert weeks[0] | {"week": ""} == {
        "week": "",
        "statuses": "1",
        "logins": "1",
        "registrations": "2",
    }
    assert int(weeks[0]["week"]) - int(weeks[1]["week"]) == 7 * 24 * 3600
    assert weeks[1]["statuses"] == "0"


async def test_known_servers_are_listed_unless_the_administrator_says_no(
    node: LocalNode,
) -> None:
    far = node.wires.person("https://far.example/users/max")
    await node.services.remote.by_url(far.url)
    assert await App(node).get("/api/v1/instance/peers") == ["far.example"]
    await keep_rules(node, HouseRules(peers=False))
    await App(node).get("/api/v1/instance/peers", expect=404)


async def test_rules_about_servers_are_shown_to_whom_the_administrator_says(
    node: LocalNode,
) -> None:
    async def operation(tx: Tx) -> None:
        now = node.clock.ms
        await set_domain_rule(tx, "lea", "bad.example", "suspend", "private", now)
        await set_domain_rule(tx, "lea", "loud.example", "limit", "", now)
        await set_domain_rule(tx, "lea", "ugly.example", "reject_media", "", now)
        found = {rule.domain: rule for rule in await tx.relationships.domain_rules()}
        shown = replace(found["bad.example"], public_comment="Spam", obfuscated=1)
        await tx.relationships.save_domain_rule(shown)

    await node.store.write(operation)
    path = "/api/v1/instance/domain_blocks"
    member = await app_of(node, "amina")
    await member.get(path, expect=404)
    await keep_rules(node, HouseRules(blocks="members"))
    await App(node).get(path, expect=404)
    assert [(b["domain"], b["severity"], b["comment"]) for b in await member.get(path)] == [
        ("bad.*****le", "suspend", "Spam"),
        ("loud.example", "silence", None),
    ]
    await keep_rules(node, HouseRules(blocks="everybody"))
    assert len(await App(node).get(path)) == 2
