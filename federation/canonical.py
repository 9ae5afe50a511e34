"""Canonical JSON (RFC 8785), the text under object integrity proofs."""

from typing import Any, Final

import orjson
import rfc8785

MAX_EXACT: Final = 2**53
"""Beyond it, an integer is not the same number everywhere."""


def canonical_json(value: Any) -> bytes:
    """The one spelling of a JSON value; raises `ValueError` for what has none.

    orjson writes the same as rfc8785 as long as there are no fractions, whose digits it chooses
    otherwise, and no names beyond ASCII, which it sorts otherwise; in a tenth of the time.
    """
    if _is_simple(value):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            return rfc8785.dumps(value)
    return rfc8785.dumps(value)


def _is_simple(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is dict:
        return all(type(name) is str and name.isascii() for name in value) and all(
            map(_is_simple, value.values())
        )
    if kind is list:
        return all(map(_is_simple, value))
    return kind is int and -MAX_EXACT < value < MAX_EXACT
