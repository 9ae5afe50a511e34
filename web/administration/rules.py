"""`/admin/rules`: what members are asked to keep, and what strangers learn of other servers."""

from dataclasses import asdict
from typing import Any, Final

from quart import Blueprint, Response

from actors.site import HouseRules, read_site, save_site
from web.administration.desk import Desk
from web.forms import Form, area, choice, ticked
from web.rendering import redirect
from web.rules import longest
from web.texts import mark

SHOWN_TO: Final = (
    ("nobody", mark("Nobody")),
    ("members", mark("Members, in their apps")),
    ("everybody", mark("Everybody")),
)


class HouseRulesForm(Form):
    """The rules, and what is told of other servers."""

    rules = area(
        mark("The rules"),
        longest(10_000),
        rows=12,
        hint=mark(
            "One paragraph for each rule: its first line is the rule, the lines below explain it."
        ),
    )
    blocks = choice(
        mark("Who may read which servers are limited or shut out?"),
        (),
        hint=mark("With the reason that you give to visitors, never with the other one."),
    )
    peers = ticked(
        mark("List the servers that this one knows"),
        hint=mark("Apps and directories of servers ask for that list."),
    )


def add_house_rule_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The rules of this site."""

    @blueprint.get("/admin/rules")
    async def house_rules() -> Response:
        await desk.admin()
        known = await desk.query(lambda tx: read_site(tx, HouseRules))
        return await _page(desk, await _form(desk, None, **asdict(known)))

    @blueprint.post("/admin/rules")
    async def save_house_rules() -> Response:
        await desk.admin()
        form = await _form(desk, await desk.context.sessions.checked_form())
        if not form.validate():
            return await _page(desk, form, status=422)
        who, rules = await desk.who(), HouseRules(**form.data)
        await desk.write(lambda tx: save_site(tx, who, rules, desk.now()))
        desk.context.site.forget()
        return redirect("/admin/rules", done="saved")


async def _form(desk: Desk, values: Any, **known: Any) -> HouseRulesForm:
    form = await desk.context.renderer.form(HouseRulesForm, values, **known)
    _ = await desk.context.renderer.translate()
    form.blocks.choices = [(value, _(text)) for value, text in SHOWN_TO]
    return form


async def _page(desk: Desk, form: HouseRulesForm, status: int = 200) -> Response:
    known = await desk.query(lambda tx: read_site(tx, HouseRules))
    return await desk.page("rules", form=form, rules=known.listed(), status=status)
