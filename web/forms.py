"""Forms: fields with a label; their rules say in the page's language what is wrong.

    from web.rules import longest, required

    class Letter(Form):
        name = line(mark("Your name"), required(), longest(80), autocomplete="name")
        text = area(mark("Your message"), required(), hint=mark("In a few words."))

    form = await renderer.form(Letter, await sessions.checked_form())
    if not form.validate(): return await renderer.render("letter.html", form=form, status=422)

Labels and hints are marked English texts; `forms.html` translates them where they are shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import wtforms
from wtforms import widgets
from wtforms.fields.core import Field
from wtforms.meta import DefaultMeta
from wtforms.validators import Optional

from web.rules import Rule, mail_address, of_our_time
from web.texts import mark, translations

Choices = Sequence[tuple[str, str]]

_NOT_A_CHOICE: Final = mark("Choose one of the proposals.")
# What WTForms says by itself, in words that help.
_REWORDED: Final = {
    "Not a valid choice.": _NOT_A_CHOICE,
    "Invalid Choice: could not coerce.": _NOT_A_CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _NOT_A_CHOICE,
    "'%(value)s' is not a valid choice for this field.": _NOT_A_CHOICE,
    "'%(value)s' are not valid choices for this field.": _NOT_A_CHOICE,
    "Not a valid integer value.": mark("Write a whole number, for example 12."),
    "Not a valid decimal value.": mark("Write a number, for example 2.5."),
    "Not a valid float value.": mark("Write a number, for example 2.5."),
    "Not a valid date value.": mark("Write a date that exists, for example 2026-11-23."),
    "Not a valid time value.": mark("Write a time, for example 14:30."),
    "Invalid input.": mark("This cannot be read; check what you typed."),
}


class _Translations:
    """Our catalogue as WTForms asks for it."""

    def __init__(self, language: str) -> None:
        self._catalogue = translations(language)

    def gettext(self, string: str) -> str:
        return self._catalogue.gettext(_REWORDED.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        if singular in _REWORDED:
            return self._catalogue.gettext(_REWORDED[singular])
        return self._catalogue.ngettext(singular, plural, n)


class _Meta(DefaultMeta):
    language = "fr"

    def get_translations(self, _: Any) -> _Translations:
        return _Translations(self.language)


class Form(wtforms.Form):
    """The base of all forms; made by `Renderer.form`, so that it speaks the page's language."""

    Meta = _Meta

    def refuse(self, name: str, text: str) -> None:
        """Add what is wrong with a field (already translated); `""` means the whole form."""
        if name:
            self[name].errors = [*self[name].errors, text]
        else:
            self.form_errors.append(text)


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of the error summary: `target` is the id of the field, empty for the whole form."""

    target: str
    label: str
    text: str


def errors_summary(form: wtforms.Form) -> list[FormError]:
    """Everything that is wrong, in the order of the fields; labels still to be translated."""
    found = [FormError("", "", text) for text in form.form_errors]
    for item in form:
        found += _errors_of(item)
    return found


def _errors_of(item: Field) -> Iterator[FormError]:
    inner: Any = item
    if isinstance(item, wtforms.FieldList):
        for entry in item.entries:
            yield from _errors_of(entry)
        own = [text for text in item.errors if isinstance(text, str)]
    elif isinstance(item, wtforms.FormField):
        for part in inner.form:
            yield from _errors_of(part)
        own = [text for text in inner.form.form_errors if isinstance(text, str)]
    else:
        own = [text for text in item.errors if isinstance(text, str)]
    for text in own:
        yield FormError(target_id(item), item.label.text, text)


def target_id(item: Field) -> str:
    """What a link to a field leads to: the first choice of several, else the field itself."""
    several = isinstance(item, wtforms.RadioField | wtforms.SelectMultipleField)
    choices = getattr(item, "choices", None)
    return f"{item.id}-0" if several and choices else item.id


def line(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.StringField:
    """One line of text; blanks at its ends are cut."""
    return wtforms.StringField(
        label, [*rules], filters=[_stripped], description=hint, render_kw=attributes
    )


def area(
    label: str, *rules: Rule, hint: str = "", rows: int = 5, **attributes: Any
) -> wtforms.TextAreaField:
    """Several lines of text; `markdown_field` shows it with its hint."""
    return wtforms.TextAreaField(
        label,
        [*rules],
        filters=[_unix_lines],
        description=hint,
        render_kw={"rows": rows} | attributes,
    )


def mail(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.EmailField:
    """A mail address."""
    shown = {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"} | attributes
    return wtforms.EmailField(
        label, [*rules, mail_address()], filters=[_stripped], description=hint, render_kw=shown
    )


def secret(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.PasswordField:
    """A password; never shown again."""
    shown = {"autocomplete": "current-password"} | attributes
    return wtforms.PasswordField(label, [*rules], description=hint, render_kw=shown)


def integer(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.IntegerField:
    """A whole number, or None when nothing is typed."""
    return wtforms.IntegerField(
        label,
        _when_typed(rules),
        widget=widgets.TextInput(),
        description=hint,
        render_kw={"inputmode": "numeric", "class": "short"} | attributes,
    )


def date(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.DateField:
    """A day, or None when nothing is typed."""
    return wtforms.DateField(
        label,
        _when_typed((of_our_time(), *rules)),
        description=hint,
        render_kw={"class": "short"} | attributes,
    )


def clock(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.TimeField:
    """A time of day, or None when nothing is typed."""
    return wtforms.TimeField(
        label, _when_typed(rules), description=hint, render_kw={"class": "short"} | attributes
    )


def _when_typed(rules: Sequence[Rule]) -> list[Any]:
    """Rules that count once something is typed, unless one of them says that something must be."""
    must = any(getattr(rule, "field_flags", {}).get("required") for rule in rules)
    return [*rules] if must else [Optional(), *rules]


def ticked(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.BooleanField:
    """One box to tick."""
    return wtforms.BooleanField(label, [*rules], description=hint, render_kw=attributes)


def pick(
    label: str, choices: Choices = (), *rules: Rule, hint: str = "", **attributes: Any
) -> wtforms.SelectField:
    """One of many, from a list that unfolds; the choices are shown as they are (translated)."""
    return wtforms.SelectField(
        label, [*rules], choices=[*choices], description=hint, render_kw=attributes
    )


def choice(
    label: str, choices: Choices = (), *rules: Rule, hint: str = "", **attributes: Any
) -> wtforms.RadioField:
    """One of few, all of them seen (`choices` macro)."""
    return wtforms.RadioField(
        label,
        [*rules],
        choices=[*choices],
        description=hint,
        render_kw=attributes,
        validate_choice=True,
    )


def several(
    label: str, choices: Choices = (), *rules: Rule, hint: str = "", **attributes: Any
) -> wtforms.SelectMultipleField:
    """Any of some boxes (`choices` macro)."""
    return wtforms.SelectMultipleField(
        label,
        [*rules],
        choices=[*choices],
        description=hint,
        render_kw=attributes,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )


def upload(label: str, *rules: Rule, hint: str = "", **attributes: Any) -> wtforms.FileField:
    """A file; its form needs `enctype="multipart/form-data"`."""
    return wtforms.FileField(label, [*rules], description=hint, render_kw=attributes)


def rows(
    label: str, row: type[Form], *, at_least: int = 1, at_most: int = 50, hint: str = ""
) -> Any:
    """Rows of the same few fields (`rows` macro)."""
    return wtforms.FieldList(
        wtforms.FormField(row),
        label,
        min_entries=at_least,
        max_entries=at_most,
        description=hint,
    )


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _unix_lines(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
