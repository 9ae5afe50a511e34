"""Every address of administration."""

from quart import Blueprint

from web.administration.announcements import add_announcement_routes
from web.administration.appearance import add_appearance_routes
from web.administration.audit import add_audit_routes
from web.administration.deliveries import add_delivery_routes
from web.administration.departures import add_departure_routes
from web.administration.desk import Desk
from web.administration.emojis import add_emoji_routes
from web.administration.imports import add_import_routes
from web.administration.invitations import add_invitation_routes
from web.administration.legal import add_legal_routes
from web.administration.mails import add_mail_routes
from web.administration.measures import add_measure_routes
from web.administration.members import add_member_routes
from web.administration.organisation import add_organisation_routes
from web.administration.overview import add_overview_routes
from web.administration.projects import add_project_desk_routes
from web.administration.reports import add_report_desk_routes
from web.administration.rules import add_house_rule_routes
from web.administration.servers import add_server_routes
from web.administration.settings import add_setting_routes
from web.administration.tokens import add_token_routes
from web.context import WebContext


def routes(context: WebContext) -> Blueprint:
    """The pages of administrators, and the queue of editors."""
    blueprint = Blueprint("administration", __name__)
    desk = Desk(context)
    for add in (
        add_overview_routes,
        add_member_routes,
        add_departure_routes,
        add_invitation_routes,
        add_import_routes,
        add_project_desk_routes,
        add_organisation_routes,
        add_appearance_routes,
        add_legal_routes,
        add_house_rule_routes,
        add_announcement_routes,
        add_emoji_routes,
        add_delivery_routes,
        add_server_routes,
        add_report_desk_routes,
        add_measure_routes,
        add_audit_routes,
        add_token_routes,
        add_mail_routes,
        add_setting_routes,
    ):
        add(blueprint, desk)
    return blueprint
