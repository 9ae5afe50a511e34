"""The form of an event, and what its values mean."""

from dataclasses import replace
from datetime import date as day_type
from datetime import time
from typing import Any, Final, cast

import wtforms

from objects.events.fields import MAX_ATTENDEES, OFFERED, Event, Joining
from objects.events.times import PLACE, NoSuchTime, end_of_day, local, midnight, moment
from outbox.acts.events.publishing import MAX_LINE, MAX_TEXT, MAX_TITLE
from web.events.words import CATEGORY_NAMES, JOINING_NAMES, ZONES
from web.forms import Form, area, choice, clock, date, integer, line, pick, ticked
from web.rendering import Renderer
from web.rules import between, is_web_address, longest, required
from web.texts import mark

_LEFT_OUT: Final = mark("Clocks do not show this time on that day: they skip it.")
_MAX_URL: Final = 2_000


class EventForm(Form):
    """An event; days and times are those that clocks show at its place."""

    title = line(mark("Name of the event"), required(), longest(MAX_TITLE))
    day = date(mark("First day"), required())
    begins = clock(mark("Begins at"))
    last_day = date(mark("Last day"), hint=mark("If it is not the first one."))
    ends = clock(mark("Ends at"))
    all_day = ticked(mark("It lasts the whole day"))
    timezone = pick(
        mark("Time zone"), (), required(), hint=mark("The one of the place where it happens.")
    )
    place = line(mark("Place"), longest(MAX_LINE))
    street = line(mark("Street and number"), longest(MAX_LINE))
    postal_code = line(mark("Postal code"), longest(20), **{"class": "short"})
    locality = line(mark("Town"), longest(120))
    online_url = line(
        mark("Address for taking part from afar"),
        longest(_MAX_URL),
        inputmode="url",
        hint=mark("Whoever sees the event sees it, and can come in."),
    )
    text = area(mark("Description"), longest(MAX_TEXT), rows=8)
    category = pick(mark("Kind of event"))
    joining = choice(mark("Who takes part?"), (), required())
    external_url = line(
        mark("Address of the registration"),
        longest(_MAX_URL),
        inputmode="url",
        hint=mark("Only if people register on another site."),
    )
    max_attendees = integer(
        mark("Number of places"),
        between(1, MAX_ATTENDEES),
        hint=mark("When it is reached, nobody else can register."),
    )
    reach = choice(mark("Who sees it?"), (), required())


async def event_form(
    renderer: Renderer, sent: Any, reaches: list[tuple[str, str]], event: Event | None, text: str
) -> EventForm:
    """The form as it was sent, or with what an event says; without `reaches` these stay."""
    data = _data(event, text) if event is not None else {"timezone": PLACE, "joining": "free"}
    if reaches:
        data["reach"] = reaches[0][0]
    form = await renderer.form(EventForm, sent, data=data)
    _ = await renderer.translate()
    known = ZONES if event is None or not event.timezone else (event.timezone, *ZONES)
    form.timezone.choices = [(zone, zone) for zone in dict.fromkeys(known)]
    form.joining.choices = [(name, _(JOINING_NAMES[name])) for name in OFFERED]
    form.category.choices = [("", _("Not said"))] + [
        (name, _(text)) for name, text in CATEGORY_NAMES.items()
    ]
    if reaches:
        form.reach.choices = reaches
    else:
        del form.reach
    return form


def _data(event: Event, text: str) -> dict[str, Any]:
    begin = local(event.starts_at, event.timezone)
    end = local(event.ends_at, event.timezone) if event.ends_at is not None else None
    data = {name: getattr(event, name) for name in _SAME}
    return data | {
        "text": text,
        "day": begin.date(),
        "begins": None if event.all_day else begin.time(),
        "last_day": end.date() if end is not None and end.date() != begin.date() else None,
        "ends": None if event.all_day or end is None else end.time(),
        "timezone": event.timezone or PLACE,
    }


_SAME: Final = (
    "title", "all_day", "place", "street", "postal_code", "locality", "online_url", "category",
    "joining", "external_url", "max_attendees",
)  # fmt: skip


def read_event(form: EventForm, before: Event | None, _: Any) -> Event | None:
    """The event that a validated form says; None, with what is wrong noted, when it cannot be."""
    zone, whole = form.timezone.data, bool(form.all_day.data)
    first = cast("day_type", form.day.data)
    last = form.last_day.data or first
    starts_at = _start(form, first, zone, before, _, whole=whole)
    ends_at = _end(form, last, zone, before, _, whole=whole)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        form.refuse("ends" if last == first else "last_day", _("It ends before it begins."))
    joining: Joining = cast("Joining", form.joining.data)
    external = form.external_url.data if joining == "external" else ""
    if joining == "external" and not is_web_address(external or ""):
        form.refuse("external_url", _("Write the address of the page where people register."))
    online = form.online_url.data or ""
    if online and not is_web_address(online):
        form.refuse("online_url", _("Write an address that begins with https://."))
    if any(field.errors for field in form) or starts_at is None:
        return None
    kept = before or Event(title="", starts_at=0)
    return replace(
        kept,
        title=form.title.data or "",
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=zone,
        all_day=whole,
        place=form.place.data or "",
        street=form.street.data or "",
        postal_code=form.postal_code.data or "",
        locality=form.locality.data or "",
        online_url=online,
        category=form.category.data or "",
        joining=joining,
        external_url=external or "",
        max_attendees=form.max_attendees.data,
    )


def _start(
    form: EventForm, day: day_type, zone: str, before: Event | None, _: Any, *, whole: bool
) -> int | None:
    if whole:
        return midnight(day, zone)
    if form.begins.data is None:
        form.refuse("begins", _("Say when it begins, or that it lasts the whole day."))
        return None
    known = before.starts_at if before is not None else None
    return _moment(form, form.begins, day, zone, known, _)


def _end(
    form: EventForm, day: day_type, zone: str, before: Event | None, _: Any, *, whole: bool
) -> int | None:
    if whole:
        return end_of_day(day, zone)
    if form.ends.data is None:
        if form.last_day.data is not None and form.last_day.data != form.day.data:
            form.refuse("ends", _("Say when it ends on the last day."))
        return None
    known = before.ends_at if before is not None else None
    return _moment(form, form.ends, day, zone, known, _)


def _moment(
    form: EventForm,
    field: wtforms.TimeField,
    day: day_type,
    zone: str,
    known: int | None,
    _: Any,
) -> int | None:
    """The moment that was typed; what an event says already stays, also when clocks show it twice.

    Notes on the field what clocks never show.
    """
    hour = cast("time", field.data)
    if known is not None:
        shown = local(known, zone)
        if (shown.date(), shown.time().replace(second=0)) == (day, hour):
            return known
    try:
        return moment(day, hour, zone)
    except NoSuchTime:
        form.refuse(field.name, _(_LEFT_OUT))
        return None
