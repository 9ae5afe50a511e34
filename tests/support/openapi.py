"""The OpenAPI document of Mastodon's API: which shape each answer must have."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

FILE = Path(__file__).parent.parent / "data" / "mastodon-api" / "mastodon-openapi.json"
BASE = "urn:mastodon"
CHECKER = FormatChecker()


class Drifted(AssertionError):
    """An answer that is not of the documented shape."""


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    found: dict[str, Any] = orjson.loads(FILE.read_bytes())
    return found


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    """Every path as a pattern, fixed ones before those with values."""
    paths = sorted(document()["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "/?"), path) for path in paths]


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The documented operation behind a request, or None."""
    bare = path.partition("?")[0]
    for pattern, template in _routes():
        found = document()["paths"][template].get(method.lower())
        if pattern.fullmatch(bare) and found is not None:
            return dict(found)
    return None


@cache
def _validator(method: str, path: str, status: str) -> Draft202012Validator | None:
    found = operation(method, path)
    if found is None or status not in found["responses"]:
        return None
    content = found["responses"][status].get("content", {}).get("application/json")
    if content is None:
        return None
    schema = {"components": document()["components"], **content["schema"]}
    return Draft202012Validator(schema, format_checker=CHECKER)


@cache
def _entity_validator(name: str) -> Draft202012Validator:
    schema = {
        "components": document()["components"],
        "$ref": f"#/components/schemas/{name}",
    }
    return Draft202012Validator(schema, format_checker=CHECKER)


def check_answer(method: str, path: str, status: int, value: Any) -> None:
    """Raise `Drifted` unless an answer has its documented shape; what has none passes."""
    template = path.partition("?")[0]
    validator = _validator(method, template, str(status))
    if validator is not None:
        _check(validator, value, f"{method} {template}")
    elif status >= 400 and template.startswith(("/api/", "/oauth/")):
        _check(_entity_validator("Error"), value, f"{method} {template}")


def check_entity(name: str, value: Any) -> None:
    """Raise `Drifted` unless a value is a documented entity, with each of its fields present."""
    _check(_entity_validator(name), value, name)
    missing = set(document()["components"]["schemas"][name].get("properties", {})) - set(value)
    if missing:
        raise Drifted(f"{name} lacks {', '.join(sorted(missing))}")


def _check(validator: Draft202012Validator, value: Any, what: str) -> None:
    errors = list(validator.iter_errors(value))
    if errors:
        raise Drifted(f"{what}: {_deepest(errors)}")


def _deepest(errors: list[ValidationError]) -> str:
    worst = max(errors, key=lambda error: len(list(error.absolute_path)))
    while worst.context:
        worst = max(worst.context, key=lambda error: len(list(error.absolute_path)))
    place = "/".join(str(part) for part in worst.absolute_path)
    return f"at {place or 'the top'}: {worst.message[:400]}"
