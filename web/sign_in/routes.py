"""The pages of signing in, of joining, and of what one signs in with."""

from quart import Blueprint

from web.context import WebContext
from web.sign_in.authorize import add_authorize_routes
from web.sign_in.desk import Desk
from web.sign_in.entering import add_entering_routes
from web.sign_in.factors import add_code_routes, add_own_passkey_routes
from web.sign_in.invitation import add_invitation_routes
from web.sign_in.passkey import add_passkey_routes
from web.sign_in.provider import add_provider_routes
from web.sign_in.second import add_second_routes
from web.sign_in.security import add_security_routes
from web.sign_in.setup import add_setup_routes


def routes(context: WebContext) -> Blueprint:
    """Everything about accounts that their owners do themselves."""
    blueprint = Blueprint("sign_in", __name__)
    desk = Desk.of(context)
    add_entering_routes(blueprint, desk)
    add_second_routes(blueprint, desk)
    add_passkey_routes(blueprint, desk)
    add_provider_routes(blueprint, desk)
    add_invitation_routes(blueprint, desk)
    add_setup_routes(blueprint, desk)
    add_security_routes(blueprint, desk)
    add_code_routes(blueprint, desk)
    add_own_passkey_routes(blueprint, desk)
    add_authorize_routes(blueprint, desk)
    return blueprint
