"""NodeInfo and host-meta: valid under the published schemas."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, ValidationError

from federation import nodeinfo
from federation.host_meta import host_meta_json, host_meta_xml
from federation.nodeinfo import NodeFacts

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
