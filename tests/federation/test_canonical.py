"""Canonical JSON, by the short way and by the long one."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some

from federation.canonical import canonical_json

leaves = (
    some.none()
    | some.booleans()
    | some.integers(-(2**53) + 1, 2**53 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text()
)
values = some.recursive(
    leaves,
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=30,
)


@given(values)
def test_the_short_way_writes_what_the_reference_writes(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "text", [chr(number) for number in (*range(32), 34, 47, 92, 127, 0x2028, 0xFFFF, 0x1F600)]
)
def test_every_character_is_escaped_alike(text: str) -> None:
    assert canonical_json({"text": text}) == rfc8785.dumps({"text": text})


def test_names_are_sorted_by_utf_16() -> None:
    value = {"\ufb33": 1, "\U0001f600": 2, "a": 3, "A": 4}
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), "\ud800", {"a": "\udfff"}], ids=repr
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical_json(value)
