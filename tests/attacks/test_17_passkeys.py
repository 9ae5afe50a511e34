"""Answers of passkeys that were replayed, forged, or given to another site."""

import json
from typing import Any

import pytest

from tests.support.authenticator import Authenticator, from_text, to_text
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, session_token, signed_in
from tests.web.sign_in.entering import is_in, member, text
from tests.web.sign_in.test_passkeys import NEW, ORIGIN, register, use


@pytest.fixture
async def device(node: LocalNode) -> Authenticator:
    """The telephone of `amina`, whose passkey is registered."""
    await member(node)
    found = Authenticator(ORIGIN)
    assert (await register(await signed_in(node, "amina"), found)).status_code == 303
    return found


async def asked(client: Any) -> str:
    """A question of the sign-in page."""
    return await text(await post(client, "/sign-in/passkey/options"))


@pytest.mark.parametrize("counts", [True, False])
async def test_an_answer_counts_once(node: LocalNode, counts: bool) -> None:
    await member(node)
    device = Authenticator(ORIGIN, counts=counts)
    await register(await signed_in(node, "amina"), device)
    client, thief = node.app.test_client(), node.app.test_client()
    answer = device.get(await asked(client))
    assert is_in(client, await post(client, "/sign-in/passkey", credential=answer))
    assert (await post(thief, "/sign-in/passkey", credential=answer)).status_code == 403
    assert not session_token(thief)


async def test_an_answer_to_an_old_or_a_made_up_question_counts_nothing(
    node: LocalNode, device: Authenticator
) -> None:
    client = node.app.test_client()
    options = await asked(client)
    node.clock.pass_by(6 * 60)
    late = await post(client, "/sign-in/passkey", credential=device.get(options))
    assert late.status_code == 403
    made_up = json.dumps({**json.loads(options), "challenge": to_text(b"c" * 32)})
    answer = await post(client, "/sign-in/passkey", credential=device.get(made_up))
    assert answer.status_code == 403


async def test_an_answer_given_on_another_site_counts_nothing(
    node: LocalNode, device: Authenticator
) -> None:
    client = node.app.test_client()
    for origin in ("https://node.example.evil.example", "http://node.example", "https://evil"):
        device.origin = origin
        assert (await use(client, device)).status_code == 403, origin
    device.origin = ORIGIN
    elsewhere = json.dumps({**json.loads(await asked(client)), "rpId": "evil.example"})
    answer = await post(client, "/sign-in/passkey", credential=device.get(elsewhere))
    assert answer.status_code == 403
    assert not session_token(client)


async def test_a_forged_signature_counts_nothing(node: LocalNode, device: Authenticator) -> None:
    forger = Authenticator(ORIGIN, name=device.name)
    client = node.app.test_client()
    assert (await use(client, forger)).status_code == 403
    answer = json.loads(device.get(await asked(client)))
    data = bytearray(from_text(answer["response"]["authenticatorData"]))
    data[32] |= 0x40
    answer["response"]["authenticatorData"] = to_text(bytes(data))
    tampered = await post(client, "/sign-in/passkey", credential=json.dumps(answer))
    assert tampered.status_code == 403
    assert not session_token(client)


async def test_a_copy_of_a_passkey_is_noticed_by_its_count(
    node: LocalNode, device: Authenticator
) -> None:
    client = node.app.test_client()
    await use(client, device)
    await use(client, device)
    copy = Authenticator(ORIGIN, name=device.name, key=device.key, count=1)
    assert (await use(node.app.test_client(), copy)).status_code == 403


async def test_a_question_for_one_account_registers_nothing_for_another(
    node: LocalNode, device: Authenticator
) -> None:
    amina, mallory = await signed_in(node, "amina"), await signed_in(node, "mallory")
    options = await text(await post(amina, f"{NEW}/options"))
    evil = Authenticator(ORIGIN, name=b"evil")
    answer = await post(mallory, NEW, credential=evil.create(options), label="x")
    assert answer.status_code == 422
    sign_in = await text(await post(mallory, "/sign-in/passkey/options"))
    assert (await post(mallory, NEW, credential=device.get(sign_in), label="x")).status_code == 422
    known = Authenticator(ORIGIN, name=device.name)
    assert (await register(mallory, known)).status_code == 422, "a passkey has one owner"


async def test_adding_a_passkey_needs_a_recent_proof(node: LocalNode) -> None:
    client = await signed_in(node, "amina")
    options = await text(await post(client, f"{NEW}/options"))
    node.clock.pass_by(16 * 60)
    device = Authenticator(ORIGIN)
    answer = await post(client, NEW, credential=device.create(options), label="x")
    assert "/sign-in/again" in answer.headers["Location"]
    assert "/sign-in/again" in (await post(client, f"{NEW}/options")).headers["Location"]


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", '{"response": 3}', '{"response": {}}', "x" * 30_000,
     '{"id": 1, "response": {"clientDataJSON": "e30"}}',
     '{"id": "a", "response": {"clientDataJSON": "/w"}}'],
)  # fmt: skip
async def test_nonsense_is_refused(node: LocalNode, answer: str) -> None:
    client = node.app.test_client()
    assert (await post(client, "/sign-in/passkey", credential=answer)).status_code == 403
