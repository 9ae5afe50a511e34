"""The legal notice, the organisation, the look, other servers and the log, through their forms."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from quart.testing import QuartClient
from werkzeug.datastructures import FileStorage

from actors.sign_in.sessions import form_token
from actors.site import Appearance, LegalNotice, Policy, read_site
from storage.records import AuditRecord, ReportRecord
from storage.reports import ReportStatements
from storage.site import SiteRecord
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in
from tests.support.site import NOTICE

LEGAL = {
    "denomination": "Greta",
    "address": "1 rue\n14000 Caen",
    "telephone": "02 31",
    "mail": "a@b.example",
    "director": "Léa",
    "host_name": "H",
    "host_address": "2 rue",
    "host_telephone": "02 35",
    "gdpr_contact": "dpo@b.example",
    "accessibility": "partial",
    "accessibility_date": "2026-11-20",
    "accessibility_contact": "a@b.example",
}


@pytest.fixture
async def lea(node: LocalNode) -> QuartClient:
    """The browser of an administrator."""
    return await signed_in(node, "lea", role="admin")


async def text_of(answer: Any) -> str:
    return str(await answer.get_data(as_text=True))


async def acts(node: LocalNode) -> list[str]:
    found = await node.store.query(lambda tx: tx.ledger.audited(50))
    return [f"{act.who}: {act.action}" for act in found]


def png(side: int = 64) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (side, side), "#336699").save(written, "PNG")
    return written.getvalue()


async def send(client: QuartClient, path: str, files: dict[str, bytes], **form: str) -> Any:
    named = {k: FileStorage(io.BytesIO(v), filename="picture.png") for k, v in files.items()}
    form["_csrf"] = form_token(session_token(client))
    return await client.post(path, form=form, files=named)


# the legal notice


async def test_visitors_see_the_site_when_the_legal_notice_is_complete(
    node: LocalNode, lea: QuartClient
) -> None:
    await node.store.write(lambda tx: tx.site.save(SiteRecord("legal", "{}", "x", 1)))
    node.services.web.site.forget()
    visitor = node.app.test_client()
    assert (await visitor.get("/")).status_code == 503
    half = await post(lea, "/admin/legal", **LEGAL | {"director": ""})
    assert half.headers["Location"] == "/admin/legal?done=legal-closed"
    assert (await visitor.get("/")).status_code == 503
    assert 'href="#director"' in await text_of(await lea.get("/admin/legal"))
    whole = await post(lea, "/admin/legal", **LEGAL)
    assert whole.headers["Location"] == "/admin/legal?done=legal-open"
    assert (await visitor.get("/")).status_code == 200
    assert "lea@node.example: site legal" in await acts(node)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("mail", "nobody"),
        ("accessibility", "moon"),
        ("accessibility_date", "31/02/2026"),
        ("denomination", "x" * 201),
    ],
)
async def test_a_wrong_answer_is_kept_and_explained(
    node: LocalNode, lea: QuartClient, name: str, typed: str
) -> None:
    answer = await post(lea, "/admin/legal", **LEGAL | {name: typed, "host_name": "Typed <b>"})
    text = await text_of(answer)
    assert answer.status_code == 422
    assert f'id="{name}-error"' in text
    assert "Typed &lt;b&gt;" in text
    assert await node.store.query(lambda tx: read_site(tx, LegalNotice)) == NOTICE


async def test_the_rules_of_publication_are_kept(node: LocalNode, lea: QuartClient) -> None:
    await post(lea, "/admin/publishing", review="y", departures="person")
    policy = await node.store.query(lambda tx: read_site(tx, Policy))
    assert policy == Policy(review=True, four_eyes=False, departures="person")
    assert (await post(lea, "/admin/publishing", departures="moon")).status_code == 422


# the organisation and the look


async def test_the_organisation_presents_itself_and_other_servers_are_told(
    node: LocalNode, lea: QuartClient
) -> None:
    answer = await send(
        lea,
        "/admin/organisation",
        {"logo": png()},
        name="Greta & Cie",
        biography="Nous formons.\n\nDepuis 1974.",
        siret="732 829 320 00074",
        nda="28 14 03456 14",
        territory="Manche & Orne",
        website="https://greta.example/",
    )
    assert answer.status_code == 303
    found = await node.actor("https://node.example/users/greta")
    assert found is not None
    lines = {line["name"]: line["value"] for line in json.loads(found.fields)}
    assert lines["SIRET"] == "732 829 320 00074"
    assert lines["Numéro de déclaration d’activité"] == "28 14 03456 14"
    assert lines["Territoire"] == "Manche &amp; Orne"
    assert found.name == "Greta & Cie"
    assert "<p>Depuis 1974.</p>" in found.summary
    assert found.icon.startswith("https://node.example/media/")
    legal = await node.store.query(lambda tx: read_site(tx, LegalNotice))
    assert (legal.siret, legal.denomination) == ("73282932000074", NOTICE.denomination)
    assert await _published_by(node, found.id) == ["Update"]
    assert "lea@node.example: organisation profile" in await acts(node)
    again = await text_of(await lea.get("/admin/organisation"))
    assert "732 829 320 00074" in again
    assert "Greta &amp; Cie" in again


async def _published_by(node: LocalNode, actor_id: int) -> list[str]:
    async def operation(tx: Any) -> list[str]:
        rows = await tx.connection.fetch_all(
            "select type from activities where actor_id = $1", actor_id
        )
        return [row["type"] for row in rows]

    return await node.store.query(operation)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("name", ""),
        ("siret", "732 829 320 00075"),
        ("siret", "abc"),
        ("nda", "123"),
        ("website", "javascript:alert(1)"),
        ("mail", "nobody"),
    ],
)
async def test_what_is_wrong_about_the_organisation_is_said(
    node: LocalNode, lea: QuartClient, name: str, typed: str
) -> None:
    form = {"name": "Greta", "biography": "Gardé"} | {name: typed}
    answer = await send(lea, "/admin/organisation", {}, **form)
    text = await text_of(answer)
    assert answer.status_code == 422
    assert f'id="{name}-error"' in text
    assert "Gardé" in text


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"GIF89a broken", b"%PDF-1.7"])
async def test_what_is_no_picture_is_refused(
    node: LocalNode, lea: QuartClient, content: bytes
) -> None:
    answer = await send(lea, "/admin/organisation", {"logo": content}, name="Greta")
    assert answer.status_code == 422
    assert 'id="logo-error"' in await text_of(answer)


async def test_the_look_is_kept_and_the_colour_made_legible(
    node: LocalNode, lea: QuartClient
) -> None:
    form = {"own_colour": "y", "accent": "#FFCC00", "tagline": "Former ensemble"}
    assert (await send(lea, "/admin/appearance", {"logo": png()}, **form)).status_code == 303
    found = await node.store.query(lambda tx: read_site(tx, Appearance))
    assert (found.accent, found.tagline) == ("#ffcc00", "Former ensemble")
    assert "#ffcc00" in await text_of(await lea.get("/admin/appearance"))
    visitor = node.app.test_client()
    home = await text_of(await visitor.get("/"))
    assert found.logo in home
    assert "/theme.css?ffcc00" in home
    assert "--accent:" in await text_of(await visitor.get("/theme.css"))
    removed = {"remove_logo": "y", "accent": "#ffcc00"}
    assert (await send(lea, "/admin/appearance", {}, **removed)).status_code == 303
    assert await node.store.query(lambda tx: read_site(tx, Appearance)) == Appearance()


async def test_a_logo_of_the_site_is_no_orphan(node: LocalNode, lea: QuartClient) -> None:
    await send(lea, "/admin/appearance", {"logo": png()}, accent="")
    later = node.clock.ms + 10 * 86_400_000
    assert await node.store.query(lambda tx: tx.ledger.orphans(later)) == []


async def test_a_colour_that_is_none_is_refused(node: LocalNode, lea: QuartClient) -> None:
    answer = await send(
        lea, "/admin/appearance", {}, own_colour="y", accent="red;}", tagline="Gardé"
    )
    text = await text_of(answer)
    assert answer.status_code == 422
    assert 'id="accent-error"' in text
    assert "Gardé" in text


# reports


async def a_report(node: LocalNode, url: str) -> ReportRecord:
    form = {
        "about": url, "category": "hate", "comment": "Des insultes.", "sincere": "y",
        "mail": "temoin@example.org",
    }  # fmt: skip
    await node.app.test_client().post("/report", form=form)
    return (await node.store.query(lambda tx: ReportStatements(tx.connection).listed("open")))[0]


async def test_a_decision_withdraws_and_answers_with_its_reasons(
    node: LocalNode, lea: QuartClient
) -> None:
    url = await node.write("marie", "Des mots")
    marie = await node.person("marie")
    await node.store.write(lambda tx: tx.credentials.set_mail(marie.id, "marie@node.example"))
    report = await a_report(node, url)
    assert "Des insultes." in await text_of(await lea.get(f"/admin/reports/{report.id}"))
    form = {"outcome": "removed", "reason": "C’est contraire à la loi."}
    assert (await post(lea, f"/admin/reports/{report.id}", **form)).status_code == 303
    gone = await node.object(url)
    assert gone is not None
    assert gone.deleted_at is not None

    async def mails(tx: Any) -> dict[str, str]:
        rows = await tx.connection.fetch_all("select recipient, text from mails order by id")
        return {row["recipient"]: row["text"] for row in rows}

    sent = await node.store.query(mails)
    assert "C’est contraire à la loi." in sent["temoin@example.org"]
    assert url in sent["marie@node.example"]
    assert "lea@node.example: report removed" in await acts(node)
    assert (await post(lea, f"/admin/reports/{report.id}", **form)).status_code == 409
    assert report.receipt not in await text_of(await lea.get("/admin/reports"))


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"outcome": "removed", "reason": ""}, "reason"),
        ({"outcome": "moon", "reason": "Parce que"}, "outcome"),
        ({"outcome": "removed", "reason": "Parce que"}, "outcome"),
    ],
)
async def test_a_decision_needs_its_reasons_and_something_to_decide(
    node: LocalNode, lea: QuartClient, form: dict[str, str], name: str
) -> None:
    report = await a_report(node, "https://node.example/@marie")
    answer = await post(lea, f"/admin/reports/{report.id}", **form)
    text = await text_of(answer)
    assert answer.status_code == 422
    assert f'id="{name}-error"' in text
    assert form["reason"] in text


async def test_what_is_not_ours_is_withdrawn_from_this_site_alone(
    node: LocalNode, lea: QuartClient
) -> None:
    sender = node.wires.person("https://far.example/users/max")
    await node.person("marie")
    await node.befriend("marie", sender)
    document = note(sender)
    await node.receive(sender, create(sender, document))
    url = str(document["id"])
    report = ReportRecord(
        7, "https://node.example/activities/7", (await node.person("marie")).id, None,
        json.dumps([url]), "", "open", 1,
    )  # fmt: skip
    await node.store.write(lambda tx: tx.ledger.add_report(report))
    before = await node.count("deliveries")
    await post(lea, "/admin/reports/7", outcome="removed", reason="Hors charte")
    gone = await node.object(url)
    assert gone is not None
    assert gone.deleted_at is not None
    assert await node.count("deliveries") == before


# other servers


async def test_a_rule_about_a_server_is_set_and_dropped(node: LocalNode, lea: QuartClient) -> None:
    form = {"domain": "Bad.Example", "severity": "suspend", "reason": "Harcèlement"}
    assert (await post(lea, "/admin/domains", **form)).status_code == 303
    [rule] = await node.store.query(lambda tx: tx.relationships.domain_rules())
    assert (rule.domain, rule.severity, rule.created_by) == (
        "bad.example", "suspend", "lea@node.example",
    )  # fmt: skip
    assert (await post(lea, "/admin/domains/drop", domain="bad.example")).status_code == 303
    assert (await post(lea, "/admin/domains/drop", domain="bad.example")).status_code == 422
    assert (await post(lea, "/admin/domains/drop", domain="//")).status_code == 422


@pytest.mark.parametrize("typed", ["", "node.example", "not a host", "https://", "example"])
async def test_a_rule_about_nothing_or_oneself_is_refused(
    node: LocalNode, lea: QuartClient, typed: str
) -> None:
    form = {"domain": typed, "severity": "suspend", "reason": "Gardé"}
    answer = await post(lea, "/admin/domains", **form)
    text = await text_of(answer)
    assert answer.status_code == 422
    assert 'id="domain-error"' in text
    assert "Gardé" in text


async def test_a_server_joins_the_network_and_leaves_it(node: LocalNode, lea: QuartClient) -> None:
    assert (await post(lea, "/admin/network", host="silent.example")).status_code == 303
    page = await text_of(await lea.get("/admin/network"))
    assert "silent.example" in page
    assert (await post(lea, "/admin/network", host="silent.example")).status_code == 422
    assert (await post(lea, "/admin/network", host="node.example")).status_code == 422
    assert (await post(lea, "/admin/network/remove", host="silent.example")).status_code == 303
    assert (await post(lea, "/admin/network/remove", host="silent.example")).status_code == 422


async def test_retrying_a_server_that_nobody_knows_is_refused(
    node: LocalNode, lea: QuartClient
) -> None:
    assert (await post(lea, "/admin/servers/retry", host="x.example")).status_code == 422
    await node.store.write(lambda tx: tx.hosts.remember_scheme("x.example", "cavage", 1))
    assert (await post(lea, "/admin/servers/retry", host="x.example")).status_code == 303
    assert "lea@node.example: deliveries retry" in await acts(node)


# the log, tokens, settings


async def test_the_log_is_filtered_and_a_file_runs_no_formulas(
    node: LocalNode, lea: QuartClient
) -> None:
    async def write(tx: Any) -> None:
        await tx.ledger.audit(AuditRecord(1, "=cmd()", "role admin", "@x", "-1+1", 1_000))
        await tx.ledger.audit(AuditRecord(2, "emile", "domain limit", "b.example", "", 90_000_000))

    await node.store.write(write)
    page = await text_of(await lea.get("/admin/audit?who=EMI&lang=en"))
    assert "b.example" in page
    assert "=cmd()" not in page
    assert "server limited" in page
    file = await lea.get("/admin/audit.csv?kind=role&since=1970-01-01&until=1970-01-01")
    rows = (await text_of(file)).lstrip("\ufeff").splitlines()
    assert rows == ["time,who,action,target,reason",
                    "1970-01-01T00:00:01Z,'=cmd(),role admin,'@x,'-1+1"]  # fmt: skip
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert (await lea.get("/admin/audit?since=yesterday")).status_code == 422


async def test_a_program_loses_its_access(node: LocalNode, lea: QuartClient) -> None:
    from actors.auth import issue_token

    marie = await node.person("marie")
    await node.store.write(lambda tx: issue_token(tx, marie.id, "read", "Tusky", 1))
    [token] = await node.store.query(lambda tx: tx.members.tokens(marie.id))
    assert "Tusky" in await text_of(await lea.get("/admin/tokens"))
    form = {"token": str(token.id), "account": "marie"}
    assert (await post(lea, "/admin/tokens/revoke", **form)).status_code == 303
    assert "Tusky" not in await text_of(await lea.get("/admin/tokens"))
    assert (await post(lea, "/admin/tokens/revoke", **form)).status_code == 422
    assert (await post(lea, "/admin/tokens/revoke", token="x", account="marie")).status_code == 404


async def test_settings_are_shown_without_their_secrets(tmp_path: Any) -> None:
    from config.settings import Settings
    from web.administration.settings import shown_settings

    chosen = Settings(data_dir=tmp_path, mail_password="hush", database="postgresql://u:pw@h/d")
    shown = {one.name: one for one in shown_settings(chosen)}
    assert shown["mail_password"].hidden
    assert shown["domain"].variable == "COMMUNOTIC_DOMAIN"
    assert not any(secret in one.value for one in shown.values() for secret in ("hush", "pw"))
