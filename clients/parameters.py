"""What an app sent (JSON, form and query alike) as one typed struct.

The keys of forms may be nested: `media_ids[]`, `poll[options][]`, `fields_attributes[0][name]`.
"""

import re
import types
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from quart import request

from federation.documents import parse
from federation.errors import Refused

T = TypeVar("T", bound=msgspec.Struct)

MAX_FIELDS: Final = 1_000
MAX_DEPTH: Final = 6
_PARTS: Final = re.compile(r"\[([^\[\]]*)\]")
_FALSE: Final = frozenset({"0", "f", "false", "off", "no", "n"})
# Where a field is said twice the body wins over the query.
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


async def read_parameters(kind: type[T]) -> T:
    """The parameters of the current request; unknown ones are harmless.

    Raises `Refused`: 400 for a body that cannot be read, 422 for a value of the wrong type.
    """
    return convert(await raw_parameters(), kind)


async def raw_parameters() -> dict[str, Any]:
    """Query, form and JSON body as one tree of dictionaries, lists and texts."""
    found = nested(request.args.items(multi=True))
    if request.mimetype in _FORMS:
        found |= nested(await _fields())
    elif request.method not in ("GET", "HEAD"):
        body = await request.get_data()
        if body and body.strip():
            found |= _json(body if isinstance(body, bytes) else body.encode())
    return found


async def _fields() -> list[tuple[str, str]]:
    fields = list((await request.form).items(multi=True))
    # What the parser makes of a part whose head is broken.
    if not all(isinstance(name, str) for name, _ in fields):
        raise Refused(400, "unreadable", "A field of the form has no name.")
    return fields


def _json(body: bytes) -> dict[str, Any]:
    try:
        return parse(body).raw
    except Refused as error:
        detail = f"Error occurred while parsing request parameters: {error.detail}"
        raise Refused(400 if error.status != 413 else 413, "unreadable", detail) from None


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The tree behind keys with brackets; what contradicts itself keeps the last word."""
    root: dict[str, Any] = {}
    for number, (key, value) in enumerate(pairs):
        if number >= MAX_FIELDS:
            raise Refused(400, "too-many-fields", f"At most {MAX_FIELDS} fields are read.")
        name, bracket, _ = key.partition("[")
        path = [name, *_PARTS.findall(key)] if bracket else [name]
        if "\0" in key or "\0" in value:
            raise Refused(400, "zero-byte", "A parameter holds a zero byte.")
        if len(path) <= MAX_DEPTH:
            _put(root, path, value)
    return root


def _put(root: dict[str, Any], path: list[str], value: str) -> None:
    place: Any = root
    for index, part in enumerate(path[:-1]):
        following: Any = [] if path[index + 1] == "" else {}
        if isinstance(place, list):
            fresh = not place or not isinstance(place[-1], dict) or path[index + 1] in place[-1]
            if fresh:
                place.append({} if following == {} else following)
            place = place[-1]
            continue
        held = place.get(part)
        if not isinstance(held, type(following)):
            place[part] = held = following
        place = held
    last = path[-1]
    if isinstance(place, list):
        place.append(value)
    elif len(path) == 1 and last in place:
        held = place[last]
        place[last] = [*held, value] if isinstance(held, list) else [held, value]
    elif isinstance(place, dict):
        place[last] = value


def convert(values: Mapping[str, Any], kind: type[T]) -> T:
    """A struct from a tree; texts become numbers and flags where these are meant.

    Raises `Refused` 422 that names the field.
    """
    try:
        return msgspec.convert(_fitted(dict(values), kind), kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(422, "invalid-parameters", f"Validation failed: {error}") from None


def _fitted(value: Any, kind: Any) -> Any:
    """A value brought closer to its type: what forms cannot say otherwise."""
    options = _options(kind)
    if value is None or (value == "" and str not in options and type(None) in options):
        return None
    for option in options:
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            return _fitted_struct(value, option)
        if get_origin(option) is list:
            return _fitted_list(value, get_args(option)[0])
    if isinstance(value, list) and not any(o is Any for o in options):
        return _fitted(value[-1], kind) if value else None
    if bool in options and isinstance(value, str | int):
        return str(value).lower() not in _FALSE if value != "" else False
    if str in options and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _fitted_struct(value: Any, kind: type[msgspec.Struct]) -> Any:
    if not isinstance(value, dict):
        return value
    hints = _hints(kind)
    return {name: _fitted(held, hints[name]) for name, held in value.items() if name in hints}


def _fitted_list(value: Any, kind: Any) -> Any:
    if isinstance(value, dict):
        numbered = [key for key in value if key.isascii() and key.isdigit()]
        value = [value[key] for key in sorted(numbered, key=int)]
    elif not isinstance(value, list):
        value = [] if value == "" else [value]
    return [_fitted(item, kind) for item in value]


@cache
def _options(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(option for part in get_args(kind) for option in _options(part))
    return (kind,)


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(kind)}
