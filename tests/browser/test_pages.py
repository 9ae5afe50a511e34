"""The list of pages is whole: no page of the application escapes the tests of accessibility."""

from quart import Quart
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from node.app import create_app
from node.services import Services
from tests.browser.pages import ALL, MACHINES, NO_PAGES, Place
from tests.browser.site import Site


def test_every_page_of_the_application_is_in_the_list(site: Site, samples: dict[str, str]) -> None:
    async def routes(services: Services) -> tuple[set[str], set[str]]:
        app = create_app(services)
        rules = {r.rule for r in app.url_map.iter_rules() if "GET" in (r.methods or ())}
        return rules, {_rule(app, place, samples) for place in ALL}

    rules, visited = site.do(routes)
    pages = {rule for rule in rules - NO_PAGES if not MACHINES.fullmatch(rule)}
    assert sorted(pages - visited) == []
    assert sorted(NO_PAGES - rules) == []


def _rule(app: Quart, place: Place, samples: dict[str, str]) -> str:
    """The route that answers an address; empty when none does."""
    path = place.path.format(**samples).partition("?")[0]
    try:
        rule, _ = app.url_map.bind("node.example").match(path, return_rule=True)
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return ""
    return str(rule.rule)
