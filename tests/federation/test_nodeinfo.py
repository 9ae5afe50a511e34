"""NodeInfo and host-meta: valid under the published schemas, and read leniently."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, ValidationError

from federation import nodeinfo
from federation.errors import Gone, Unreachable, Untrusted
from federation.host_meta import host_meta_json, host_meta_xml
from federation.nodeinfo import NodeFacts, RemoteSoftware, read_software
from tests.support.hostile import Behaviour, HostileServer, answer, loopback_client

SCHEMAS = Path(__file__).parents[1] / "data" / "nodeinfo"
FACTS = NodeFacts(
    version="0.1.0",
    users=12,
    active_month=7,
    active_half_year=9,
    posts=340,
    comments=21,
    repository="https://forge.example/communotic",
    homepage="https://communotic.example/",
    metadata={"nodeName": "L’Atelier"},
)


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_documents_are_valid_under_their_schema(version: nodeinfo.Version) -> None:
    document = json.loads(json.dumps(nodeinfo.document(FACTS, version)))
    _validator(version).validate(document)
    assert document["usage"]["users"] == {"total": 12, "activeMonth": 7, "activeHalfyear": 9}
    assert ("repository" in document["software"]) == (version == "2.1")
    assert document["metadata"] == {"nodeName": "L’Atelier"}


def test_the_schemas_do_refuse() -> None:
    document = nodeinfo.document(FACTS, "2.1")
    with pytest.raises(ValidationError):
        _validator("2.0").validate(document)


def test_links_that_are_not_known_are_left_out() -> None:
    bare = NodeFacts(version="1", users=0, active_month=0, active_half_year=0, posts=0)
    document = nodeinfo.document(bare, "2.1")
    _validator("2.1").validate(document)
    assert document["software"] == {"name": "communotic", "version": "1"}


def test_the_index_names_both_versions_and_the_server_s_actor() -> None:
    index = nodeinfo.index("https://node.example/", "https://node.example/actor")
    assert index["links"] == [
        {
            "rel": "http://nodeinfo.diaspora.software/ns/schema/2.1",
            "href": "https://node.example/nodeinfo/2.1",
        },
        {
            "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
            "href": "https://node.example/nodeinfo/2.0",
        },
        {
            "rel": "https://www.w3.org/ns/activitystreams#Application",
            "href": "https://node.example/actor",
        },
    ]
    assert nodeinfo.content_type("2.1") == (
        'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"'
    )


async def test_the_software_of_another_server_is_read() -> None:
    async with HostileServer() as server:
        client = loopback_client()
        server.on("/.well-known/nodeinfo", _json(nodeinfo.index(server.origin)))
        server.on("/nodeinfo/2.1", _json(nodeinfo.document(FACTS, "2.1")))
        software = await read_software(client, server.origin)
        await client.aclose()
    assert software == RemoteSoftware("communotic", "0.1.0")


async def test_what_is_read_is_bounded_and_lower_case() -> None:
    async with HostileServer() as server:
        client = loopback_client()
        server.on("/.well-known/nodeinfo", _json(nodeinfo.index(server.origin)))
        shouting = {"software": {"name": "MASTODON" + "O" * 500, "version": "4" * 500}}
        server.on("/nodeinfo/2.1", _json(shouting))
        software = await read_software(client, server.origin)
        await client.aclose()
    assert software.name.startswith("mastodono")
    assert (len(software.name), len(software.version)) == (100, 100)


@pytest.mark.parametrize(
    "index",
    [
        {},
        {"links": []},
        {"links": "http://x"},
        {"links": [{"rel": nodeinfo.NAMESPACE + "2.1"}]},
        {"links": [{"rel": nodeinfo.NAMESPACE + "2.1", "href": "https://elsewhere.example/"}]},
        {"links": [{"rel": nodeinfo.NAMESPACE + "2.1", "href": "file:///etc/passwd"}]},
        {"links": [{"rel": "other", "href": "https://elsewhere.example/"}]},
    ],
)
async def test_an_index_that_leads_nowhere_at_home_is_refused(index: Any) -> None:
    async with HostileServer() as server:
        client = loopback_client()
        server.on("/.well-known/nodeinfo", _json(index))
        with pytest.raises(Untrusted):
            await read_software(client, server.origin)
        await client.aclose()
    assert server.paths() == ["/.well-known/nodeinfo"]


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (answer(404), Gone),
        (answer(503), Unreachable),
        (answer(200, b"<html>"), Untrusted),
        (answer(200, b"{}" + b" " * 200_000), Untrusted),
    ],
)
async def test_a_server_without_nodeinfo_is_a_failure_of_its_kind(
    behaviour: Behaviour, failure: type[Exception]
) -> None:
    async with HostileServer() as server:
        client = loopback_client()
        server.on("/.well-known/nodeinfo", behaviour)
        with pytest.raises(failure):
            await read_software(client, server.origin)
        await client.aclose()


async def test_nodeinfo_without_a_name_is_refused() -> None:
    async with HostileServer() as server:
        client = loopback_client()
        server.on("/.well-known/nodeinfo", _json(nodeinfo.index(server.origin)))
        server.on("/nodeinfo/2.1", _json({"software": {"version": "1"}}))
        with pytest.raises(Untrusted, match="without the name"):
            await read_software(client, server.origin)
        await client.aclose()


def test_host_meta_points_to_webfinger_in_both_forms() -> None:
    template = "https://node.example/.well-known/webfinger?resource={uri}"
    root = ET.fromstring(host_meta_xml("https://node.example/"))  # noqa: S314 (our own text)
    link = root.find("{*}Link")
    assert link is not None
    assert link.attrib == {"rel": "lrdd", "type": "application/jrd+json", "template": template}
    assert host_meta_json("https://node.example")["links"][0]["template"] == template


def test_host_meta_escapes_what_it_is_given() -> None:
    xml = ET.fromstring(host_meta_xml('https://node.example/"><evil/>&'))  # noqa: S314
    assert [child.tag.rpartition("}")[2] for child in xml] == ["Link"]


def _validator(version: str) -> Draft4Validator:
    return Draft4Validator(json.loads((SCHEMAS / version / "schema.json").read_bytes()))


def _json(value: object) -> Behaviour:
    return answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})
