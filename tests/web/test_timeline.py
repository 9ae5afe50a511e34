"""The dashboard and the news of a member."""

from tests.support.factories import create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.signed_in import signed_in
from tests.web.members import page_of, share_experience


async def test_strangers_are_asked_to_sign_in(node: LocalNode) -> None:
    for path in ("/dashboard", "/timeline", "/notifications", "/people", "/settings"):
        answer = await node.app.test_client().get(path)
        assert answer.status_code == 303, path
        assert answer.headers["Location"] == f"/sign-in?next={path}"


async def test_a_new_member_reads_the_network_and_learns_what_to_do_first(node: LocalNode) -> None:
    await share_experience(node, "greta", title="Une classe inversée")
    amina = await signed_in(node, "amina")
    board = await page_of(amina, "/dashboard")
    assert "Une classe inversée" in board
    assert "Compléter mon profil" in board
    assert "Écrire ma première expérience" in board
    news = await page_of(amina, "/timeline")
    assert "Une classe inversée" in news
    assert "tout le réseau" in news


async def test_news_come_from_those_whom_one_follows_newest_first(network: Network) -> None:
    node, mfr = await network.node("greta"), await network.node("mfr")
    await node.ask_to_follow("amina", "mfr@mfr.example")
    await network.settle()
    await share_experience(mfr, "mfr", title="Ancienne")
    await share_experience(mfr, "mfr", title="Récente")
    await share_experience(node, "greta", title="Pas suivie")
    await mfr.write("mfr", "Un mot en passant")
    await network.settle()
    amina = await signed_in(node, "amina")
    news = await page_of(amina, "/timeline")
    assert news.index("Un mot en passant") < news.index("Récente") < news.index("Ancienne")
    assert "Pas suivie" not in news
    only = await page_of(amina, "/timeline?kind=experiences")
    assert "Récente" in only
    assert "Un mot en passant" not in only


async def test_experiences_are_narrowed_by_modality(node: LocalNode) -> None:
    await share_experience(node, "greta", title="Sur place", modality="presentiel")
    await share_experience(node, "greta", title="Au travail", modality="afest")
    amina = await signed_in(node, "amina")
    page = await page_of(amina, "/timeline?scope=network&modality=afest")
    assert "Au travail" in page
    assert "Sur place" not in page


async def test_what_is_for_one_organisation_stays_there(network: Network) -> None:
    node, mfr = await network.node("greta"), await network.node("mfr")
    await share_experience(node, "greta", title="Entre nous", reach="organisation")
    await network.settle()
    assert "Entre nous" in await page_of(await signed_in(node, "amina"), "/timeline")
    assert "Entre nous" not in await page_of(await signed_in(mfr, "paul"), "/timeline")


async def test_a_page_leads_to_earlier_ones_without_gaps(node: LocalNode) -> None:
    for number in range(23):
        await share_experience(node, "greta", title=f"Essai n{number}.")
    amina = await signed_in(node, "amina")
    first = await page_of(amina, "/timeline?scope=network")
    following = first.split("before=")[1].split('"')[0]
    second = await page_of(amina, f"/timeline?scope=network&before={following}")
    shown = [n for n in range(23) for page in (first, second) if f"Essai n{n}." in page]
    assert shown == list(range(23))
    assert "before=" not in second


async def test_a_page_that_cannot_be_is_refused(node: LocalNode) -> None:
    amina = await signed_in(node, "amina")
    for wrong in ("x", "-1", "9" * 30):
        answer = await amina.get(f"/timeline?before={wrong}", headers={"Accept": "text/html"})
        assert answer.status_code == 400


async def test_hostile_text_from_elsewhere_is_only_text(node: LocalNode) -> None:
    luc = node.wires.person("https://far.example/users/luc", name="<script>alert(1)</script>")
    await node.befriend("amina", luc)
    await node.receive(luc, create(luc, note(luc, "<img src=x onerror=alert(1)>Bonjour")))
    page = await page_of(await signed_in(node, "amina"), "/timeline")
    assert "Bonjour" in page
    assert "<script>alert" not in page
    assert "onerror" not in page
