"""Rule 15: a number that no database holds is an address of nothing, and no error of ours."""

import re

from actors.sign_in.sessions import form_token
from tests.support.fediverse import LocalNode
from tests.support.signed_in import session_token, signed_in

BEYOND = str(2**63)
ACCEPT = ("text/html", "application/activity+json")


async def test_a_number_that_no_database_holds_breaks_no_address(node: LocalNode) -> None:
    client = await signed_in(node, "chief", role="admin")
    form = {"_csrf": form_token(session_token(client))}
    asked = 0
    for rule in node.app.url_map.iter_rules():
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
        path = re.sub(r"<[^>]*>", BEYOND, path)
        if path == rule.rule:
            continue
        for accept in ACCEPT:
            headers = {"Accept": accept}
            if "GET" in (rule.methods or ()):
                assert (await client.get(path, headers=headers)).status_code < 500, path
            if "POST" in (rule.methods or ()):
                answer = await client.post(path, form=form, headers=headers)
                assert answer.status_code < 500, path
            asked += 1
    assert asked > 100
