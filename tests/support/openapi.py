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
# The documentation says that these give one thing; they always gave a list.
LISTS = (("get", "/api/v1/filters"),)
# Served by Mastodon, though the documentation describes but the entity.
UNLISTED = {"/api/v1/notifications/policy": "V1NotificationPolicy"}


class Drifted(AssertionError):
    """An answer that is not of the documented shape."""


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    found: dict[str, Any] = orjson.loads(FILE.read_bytes())
    for method, path in LISTS:
        media = found["paths"][path][method]["responses"]["200"]["content"]["application/json"]
        media["schema"] = {"type": "array", "items": media["schema"]}
    for path, name in UNLISTED.items():
        answer = {"schema": {"$ref": f"#/components/schemas/{name}"}}
        operation = {"responses": {"200": {"content": {"application/json": answer}}}}
        found["paths"][path] = {"get": operation, "put": operation, "patch": operation}
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
    """Raise `Drifted` unless an answer has its documented shape; what has none passes.

    Every documented field is there, null where it is empty: some apps cannot do without.
    """
    template = path.partition("?")[0]
    validator = _validator(method, template, str(status))
    if validator is not None:
        _check(validator, value, f"{method} {template}")
        absent = sorted(absent_fields(validator.schema, value)) if status < 300 else []
        if absent:
            raise Drifted(f"{method} {template}: without {', '.join(absent)}")
    elif status >= 400 and template.startswith(("/api/", "/oauth/")):
        _check(_entity_validator("Error"), value, f"{method} {template}")


def check_entity(name: str, value: Any) -> None:
    """Raise `Drifted` unless a value is a documented entity, with each of its fields present."""
    validator = _entity_validator(name)
    _check(validator, value, name)
    absent = sorted(absent_fields(validator.schema, value))
    if absent:
        raise Drifted(f"{name}: without {', '.join(absent)}")


def absent_fields(schema: Any, value: Any, name: str = "") -> set[str]:
    """The fields that are not there although they could be null."""
    schema, name = _resolved(schema, name, value)
    if isinstance(value, list):
        items = schema.get("items", {})
        return {field for item in value for field in absent_fields(items, item, name)}
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for field, inner in schema.get("properties", {}).items():
        if field in value:
            found |= absent_fields(inner, value[field], f"{name}.{field}")
        elif _nullable(inner):
            found.add(f"{name}.{field}")
    return found


def _resolved(schema: Any, name: str, value: Any) -> tuple[Any, str]:
    """The schema behind references, of several the one that the value fits; and its name."""
    if "$ref" in schema:
        called = schema["$ref"].rpartition("/")[2]
        return _resolved(document()["components"]["schemas"][called], called, value)
    for choice in schema.get("oneOf", schema.get("anyOf", ())):
        inner, called = _resolved(choice, name, value)
        fits = isinstance(value, dict) and set(inner.get("required", ())) <= set(value)
        if inner.get("type") != "null" and (fits or not isinstance(value, dict)):
            return inner, called
    return schema, name


def _nullable(schema: Any) -> bool:
    if "null" in schema.get("type", ()):
        return True
    return any(c.get("type") == "null" for c in schema.get("oneOf", schema.get("anyOf", ())))


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
