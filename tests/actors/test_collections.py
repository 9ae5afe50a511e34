"""Collections as we publish them."""

from actors.collections import collection, page, whole

URL = "https://node.example/users/greta/followers"


def test_a_collection_names_its_first_page() -> None:
    document = collection(URL, 3, URL + "?page=true")
    assert document["totalItems"] == 3
    assert document["first"] == URL + "?page=true"
    assert "orderedItems" not in document


def test_a_hidden_collection_tells_only_its_total() -> None:
    document = collection(URL, 3)
    assert document["totalItems"] == 3
    assert "first" not in document


def test_an_empty_page_still_has_items() -> None:
    document = page(URL + "?page=true", URL, [])
    assert document["orderedItems"] == []
    assert document["partOf"] == URL
    assert "next" not in document


def test_a_page_leads_to_the_next() -> None:
    assert page(URL + "?page=true", URL, ["a"], next="b", total=1)["next"] == "b"


def test_a_whole_collection_holds_its_items() -> None:
    assert whole(URL, ["a", "b"])["orderedItems"] == ["a", "b"]
    assert whole(URL, ["a", "b"])["totalItems"] == 2
