"""Where the first administrator of a new node goes."""

from actors.sign_in.first_administrator import new_setup_code
from node.services import Services


async def setup_address(services: Services) -> str | None:
    """The address of the set-up page with a new code; None once somebody can administrate.

    The code is made at each start; older ones are worth nothing from then on.
    """
    now = services.now()
    code = await services.store.write(lambda tx: new_setup_code(tx, now))
    return None if code is None else f"{services.settings.origin}/setup?code={code}"
