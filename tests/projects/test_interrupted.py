"""Acts of projects that are killed half way: all of it happened, or nothing."""

import pytest

from outbox.acts.projects import decisions, moving
from outbox.acts.projects.decisions import conclude, withdraw_proposal
from outbox.acts.projects.moving import prepare_home
from tests.projects.dates import decision_on, partners, proposal
from tests.support.fediverse import Network, node_keys
from tests.support.projects import open_project


class Killed(BaseException):
    """The process ends here."""


async def killed(*_: object, **__: object) -> None:
    raise Killed


async def test_a_proposal_that_is_withdrawn_half_is_not_adopted(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, (alpha, *_) = await partners(network)
    record = await proposal(space, alpha, "lea")
    lead = await alpha.person("lea")
    with monkeypatch.context() as patched:
        patched.setattr(decisions, "renew", killed)
        with pytest.raises(Killed):
            await withdraw_proposal(alpha.outbox, lead, record)
    assert await conclude(alpha.outbox, record.id) is None
    found = await decision_on(space, alpha, "lea")
    assert (found.row.state, found.has_ended) == ("proposed", False)


async def test_a_home_that_was_prepared_half_is_not_in_the_way(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    bruno, group = await beta.person("bruno"), await space.group(beta)
    with monkeypatch.context() as patched:
        patched.setattr(moving, "update_profile", killed)
        with pytest.raises(Killed):
            await prepare_home(beta.outbox, bruno, group, "nouveau", node_keys()[1])
    made = await prepare_home(beta.outbox, bruno, group, "nouveau", node_keys()[1])
    assert group.url in made.group.also_known_as
