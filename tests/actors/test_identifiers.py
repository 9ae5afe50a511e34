"""Every URL of ours, minted and recognised."""

import pytest

from actors.identifiers import Identifiers, Local, acceptable_username

AT_HOME = Identifiers("http://127.0.0.1:8080", "127.0.0.1:8080")


def test_what_is_minted_is_recognised(identifiers: Identifiers) -> None:
    assert identifiers.parse(identifiers.actor("amina")) == Local("actor", "amina")
    assert identifiers.parse(identifiers.object(7)) == Local("object", "7")
    assert identifiers.parse(identifiers.activity(8)) == Local("activity", "8")
    assert identifiers.parse(identifiers.media("a.png")) == Local("media", "a.png")
    assert identifiers.parse(identifiers.node_actor) == Local("actor", "node.example")


@pytest.mark.parametrize(
    "url",
    [
        "https://node.example.evil.example/users/amina",
        "https://node.example@evil.example/users/amina",
        "http://node.example/users/amina",
        "https://node.example/users/amina?x=1",
        "https://node.example/users/amina/inbox",
        "https://node.example/objects/seven",
        "",
    ],
)
def test_other_addresses_stand_for_nothing(identifiers: Identifiers, url: str) -> None:
    assert identifiers.parse(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://node.example/users/amina",
        "https://node.example/users/amina#main-key",
        "https://node.example/@amina",
        "https://node.example/@amina/",
    ],
)
def test_a_person_is_found_by_id_key_and_page(identifiers: Identifiers, url: str) -> None:
    assert identifiers.named(url) == "amina"


def test_the_origin_stands_for_the_node(identifiers: Identifiers) -> None:
    assert identifiers.named("https://node.example") == "node.example"
    assert identifiers.named("https://node.example/") == "node.example"
    assert identifiers.named("https://node.example/actor#main-key") == "node.example"
    assert identifiers.named("https://node.example/objects/1") is None
    assert identifiers.named("https://node.example/@a/b") is None


def test_the_node_has_a_name_without_a_port() -> None:
    assert AT_HOME.node_name == "127.0.0.1"
    assert AT_HOME.account("amina") == "amina@127.0.0.1:8080"
    assert AT_HOME.actor("amina") == "http://127.0.0.1:8080/users/amina"


def test_a_collection_leads_back_to_its_owner(identifiers: Identifiers) -> None:
    actor = identifiers.actor("amina")
    url = identifiers.collection(actor, "followers")
    assert identifiers.owner_of_collection(url, "followers") == actor
    assert identifiers.owner_of_collection(url, "following") is None
    assert identifiers.owner_of_collection("https://else.example/a/followers", "followers") is None


@pytest.mark.parametrize("name", ["amina", "a", "Jean-Luc", "a.b_c", "x" * 30])
def test_plain_names_are_accepted(name: str) -> None:
    assert acceptable_username(name)


@pytest.mark.parametrize("name", ["", "é", "a b", ".a", "a-", "x" * 31, "Admin", "a/b", "a@b"])
def test_names_that_confuse_are_refused(name: str) -> None:
    assert not acceptable_username(name)
