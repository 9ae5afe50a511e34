"""Rules for the fields of forms; each says what is wrong and how to mend it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import wtforms
from wtforms.fields.core import Field
from wtforms.validators import StopValidation, ValidationError

from web.texts import mark

Rule = Callable[[wtforms.Form, Any], None]

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
_MAIL: Final = re.compile(r"[^@\s<>\"(),:;\\]{1,64}@[^@\s<>]{1,190}\.[^@\s.<>]{2,63}")


class _Required:
    """Refuses what is empty."""

    field_flags: Final = {"required": True}

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, _: wtforms.Form, item: Field) -> None:
        data = item.data
        if data is None or data is False or (isinstance(data, str | list | tuple) and not data):
            if isinstance(item.errors, list) and item.errors:
                if not _is_blank(item):
                    raise StopValidation
                item.errors.clear()
            raise StopValidation(item.gettext(self._text))
        if getattr(data, "filename", None) == "":
            raise StopValidation(item.gettext(self._text))


def _is_blank(item: Any) -> bool:
    """Whether nothing was typed: a day or a number that is none says something else."""
    return all(isinstance(sent, str) and not sent.strip() for sent in item.raw_data or ())


def required(text: str = mark("Fill this in: it is needed.")) -> Rule:
    """The field must be filled, chosen or ticked; `text` (marked) says why or how."""
    return _Required(text)


class _Longest:
    """Refuses text that is too long, and tells browsers the limit."""

    def __init__(self, characters: int) -> None:
        self._characters = characters
        self.field_flags = {"maxlength": characters}

    def __call__(self, _: wtforms.Form, item: Field) -> None:
        length = len(item.data or "")
        if length > self._characters:
            text = item.gettext(
                mark("This is too long: %(length)d characters, and at most %(max)d are possible.")
            )
            raise ValidationError(text % {"length": length, "max": self._characters})


def longest(characters: int) -> Rule:
    """At most so many characters."""
    return _Longest(characters)


def shortest(characters: int) -> Rule:
    """At least so many characters, when anything is typed."""

    def check(_: wtforms.Form, item: Field) -> None:
        if item.data and len(item.data) < characters:
            text = item.gettext(mark("This is too short: at least %(min)d characters are needed."))
            raise ValidationError(text % {"min": characters})

    return check


def between(low: float, high: float) -> Rule:
    """A number within bounds, when anything is typed."""

    def check(_: wtforms.Form, item: Field) -> None:
        if item.data is not None and not low <= item.data <= high:
            text = item.gettext(mark("Write a number from %(low)s to %(high)s."))
            raise ValidationError(text % {"low": low, "high": high})

    return check


def of_our_time() -> Rule:
    """A day (also as ISO 8601) that exists and that clocks and calendars can count from."""

    def check(_: wtforms.Form, item: Field) -> None:
        if not item.data:
            return
        day = item.data if isinstance(item.data, date) else _day(item.data)
        if day is None:
            text = mark("Write a date that exists, for example 2026-11-23.")
            raise ValidationError(item.gettext(text))
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(item.gettext(mark("Write a day between 1900 and 2199.")))

    return check


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-23") else None
    except ValueError:
        return None


def mail_address() -> Rule:
    """Looks like a mail address, when anything is typed."""

    def check(_: wtforms.Form, item: Field) -> None:
        if item.data and not _MAIL.fullmatch(item.data):
            text = mark("This is no mail address; one looks like name@example.org.")
            raise ValidationError(item.gettext(text))

    return check


def web_address() -> Rule:
    """An address that begins with https:// or http://, when anything is typed."""

    def check(_: wtforms.Form, item: Field) -> None:
        if item.data and not is_web_address(item.data):
            text = mark("This is no web address; one looks like https://example.org.")
            raise ValidationError(item.gettext(text))

    return check


def is_web_address(text: str) -> bool:
    """Whether a text is an http(s) address with a host and without blanks."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = not any(character <= " " or character in '<>"\\' for character in text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain
