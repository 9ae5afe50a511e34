"""Every page of project spaces."""

from collections.abc import Callable

from quart import Blueprint

from web.context import WebContext
from web.projects.about import add_about_routes
from web.projects.belonging import add_belonging_routes
from web.projects.call_writing import add_call_writing_routes
from web.projects.calls import add_call_routes
from web.projects.changing import add_change_routes
from web.projects.closing import add_closing_routes
from web.projects.decisions import add_decision_routes
from web.projects.deliverables import add_deliverable_routes
from web.projects.drafts import add_draft_routes
from web.projects.experiences import add_experience_routes
from web.projects.front import add_front_routes
from web.projects.keeping import add_keeping_routes
from web.projects.links import add_link_routes
from web.projects.listing import add_listing_routes
from web.projects.members import add_member_routes
from web.projects.milestones import add_milestone_routes
from web.projects.notes import add_note_routes
from web.projects.opening import add_opening_routes
from web.projects.reading import add_reading_routes
from web.projects.report import add_report_routes
from web.projects.settings import add_settings_routes


def routes(context: WebContext) -> Blueprint:
    """Reading, writing, belonging, steering."""
    blueprint = Blueprint("projects", __name__)
    parts: tuple[Callable[[Blueprint, WebContext], None], ...] = (
        add_listing_routes,
        add_front_routes,
        add_draft_routes,
        add_about_routes,
        add_note_routes,
        add_change_routes,
        add_opening_routes,
        add_settings_routes,
        add_keeping_routes,
        add_member_routes,
        add_belonging_routes,
        add_closing_routes,
        add_report_routes,
        add_experience_routes,
        add_reading_routes,
        add_link_routes,
        add_milestone_routes,
        add_deliverable_routes,
        add_decision_routes,
        add_call_routes,
        add_call_writing_routes,
    )
    for add in parts:
        add(blueprint, context)
    return blueprint
