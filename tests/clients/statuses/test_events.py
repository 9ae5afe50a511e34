"""Events read well in apps that know none: name, when and where, text, a link."""

from tests.support.apps import app_of
from tests.support.events import announce, brought
from tests.support.fediverse import LocalNode, Network


async def test_an_event_of_ours_reads_well(node: LocalNode) -> None:
    record = await announce(node, "lea")
    app = await app_of(node, "amina")
    shown = await app.get(f"/api/v1/statuses/{record.id}")
    assert shown["content"].startswith("<p><strong>Atelier réalité virtuelle</strong></p>")
    assert "(Europe/Paris)" in shown["content"]
    assert "Maison de la formation, 1 rue du Port, 14000 Caen" in shown["content"]
    assert "Venez essayer les casques." in shown["content"]
    assert f'href="{record.url}"' in shown["content"]
    assert (shown["spoiler_text"], shown["sensitive"]) == ("", False)
    assert shown["url"] == record.url


async def test_an_event_of_another_server_reads_well(network: Network) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    record = await announce(alpha, "lea")
    app = await app_of(beta, "bruno")
    seen = await brought(beta, "bruno", record.url)
    shown = await app.get(f"/api/v1/statuses/{seen.id}")
    assert "Atelier réalité virtuelle" in shown["content"]
    assert "14000 Caen" in shown["content"]
    assert f'href="{record.url}"' in shown["content"]
