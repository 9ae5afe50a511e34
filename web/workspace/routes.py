"""Every page for members."""

from quart import Blueprint

from web.context import WebContext
from web.unsubscribing import add_unsubscribe_routes
from web.workspace.account import add_delete_routes, add_move_routes
from web.workspace.account_export import add_export_routes
from web.workspace.conversation import add_answer_routes, add_note_routes, add_reaction_routes
from web.workspace.dashboard import add_dashboard_routes
from web.workspace.notices import add_notification_routes
from web.workspace.people import add_bond_routes, add_people_routes
from web.workspace.posting import add_posting_routes
from web.workspace.profile import add_profile_routes
from web.workspace.reading import add_reading_routes
from web.workspace.settings import add_mail_settings_routes, add_settings_routes
from web.workspace.timeline import add_timeline_routes
from web.workspace.writing.routes import add_writing_routes


def routes(context: WebContext) -> Blueprint:
    """Reading, answering, following, settings, writing."""
    blueprint = Blueprint("workspace", __name__)
    for add in (
        add_dashboard_routes,
        add_timeline_routes,
        add_reading_routes,
        add_reaction_routes,
        add_answer_routes,
        add_note_routes,
        add_notification_routes,
        add_people_routes,
        add_bond_routes,
        add_settings_routes,
        add_mail_settings_routes,
        add_profile_routes,
        add_posting_routes,
        add_move_routes,
        add_delete_routes,
        add_export_routes,
        add_unsubscribe_routes,
        add_writing_routes,
    ):
        add(blueprint, context)
    return blueprint
