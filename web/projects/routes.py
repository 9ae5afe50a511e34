"""Every page of project spaces."""

from collections.abc import Callable

from quart import Blueprint

from web.context import WebContext


def routes(context: WebContext) -> Blueprint:
    """Reading, writing, belonging, steering."""
    blueprint = Blueprint("projects", __name__)
    parts: tuple[Callable[[Blueprint, WebContext], None], ...] = ()
    for add in parts:
        add(blueprint, context)
    return blueprint
