"""What the forms of new accounts share: the new name, the new password."""

import asyncio
from typing import Any, Final

from actors.auth import hash_password
from actors.identifiers import acceptable_username
from actors.sign_in.passwords import Weakness, weakness
from web.context import WebContext
from web.forms import Form, line
from web.rules import longest, required
from web.texts import mark

PASSWORD_HINT: Final = mark("At least 10 characters. Several words make a good password.")
PROBLEMS: Final[dict[Weakness, str]] = {
    "short": mark("This password is too short: it needs at least 10 characters."),
    "long": mark("This password is too long: at most 1,000 characters are possible."),
    "known": mark("Many people use this password, so it is guessed first. Choose another one."),
    "name": mark("This password is made of your own name or address. Choose another one."),
}


def name_field() -> Any:
    """The name that others read."""
    return line(
        mark("Your name, as others read it"),
        required(mark("Write your name.")),
        longest(100),
        autocomplete="name",
    )


def username_field() -> Any:
    """The name in the address; chosen once."""
    return line(
        mark("Your name on this site"),
        required(mark("Choose a short name for your address.")),
        longest(30),
        hint=mark(
            "Small letters without accents, digits and _; it stands in your address and cannot "
            "be changed."
        ),
        autocomplete="username",
        autocapitalize="none",
        spellcheck="false",
    )


def password_problem(password: str, *names: str) -> str:
    """What is wrong with a new password, as a marked text; empty when nothing is."""
    return PROBLEMS.get(weakness(password, *names), "")


async def check_new_account(
    context: WebContext, form: Any, mail: str, *, with_password: bool = True
) -> bool:
    """Whether a form with `username`, `name` and `password` is in order; says what is not."""
    _ = await context.renderer.translate()
    valid: bool = form.validate()
    username = (form.username.data or "").lower()
    if username and not form.username.errors and not acceptable_username(username):
        form.refuse("username", _("Only letters without accents, digits, _ . - are possible here."))
        valid = False
    if with_password:
        names = (form.username.data or "", form.name.data or "", mail)
        problem = password_problem(form.password.data or "", *names)
        if problem and not form.password.errors:
            form.refuse("password", _(problem))
            valid = False
    return valid


async def refuse_username(context: WebContext, form: Form) -> None:
    """Say that the name is not to be had."""
    _ = await context.renderer.translate()
    form.refuse("username", _("This name is taken or cannot be used; choose another one."))


async def hashed(password: str | None) -> str:
    """The hash of a password, made beside the event loop; empty for none."""
    return await asyncio.to_thread(hash_password, password) if password else ""
