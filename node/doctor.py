"""`communotic doctor`: what could be wrong with a node, and what to do about it."""

import shutil
import socket
import ssl
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Literal

from config.settings import Settings
from federation.client import Answer
from federation.errors import FederationError
from federation.signing import SigningKey
from node.findings import Finding
from node.services import Services, open_services
from node.signatures import prove_signatures
from storage.ports import StorageError
from storage.records import KeyRecord

MIN_FREE = 500_000_000
MAX_SKEW = 60.0
MANY_WAITING = 10_000


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything, in the order in which things depend on each other."""
    findings = [_disk(settings), _names(settings), _certificate(settings)]
    try:
        services = await open_services(settings)
    except (StorageError, ValueError) as error:
        remedy = "Run `communotic migrate`, or correct [storage] database in the settings."
        return [*findings, Finding("database", False, str(error), remedy)]
    try:
        findings += [finding async for finding in _inside(services)]
        findings += [finding async for finding in _outside(services)]
    finally:
        await services.close()
    return findings


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_dir).free
    return Finding(
        "disk",
        free > MIN_FREE,
        f"{free / 1e9:.1f} GB free",
        "" if free > MIN_FREE else "Make room, or lower [storage] remote_days and log_days.",
    )


def _names(settings: Settings) -> Finding:
    host, _, port = settings.domain.partition(":")
    try:
        found = socket.getaddrinfo(host, int(port or 443), type=socket.SOCK_STREAM)
    except OSError as error:
        remedy = f"Add A and AAAA records for {host} with your DNS provider."
        return Finding("dns", False, f"{host} does not resolve: {error}", remedy)
    return Finding("dns", True, f"{host} is {', '.join(sorted({str(f[4][0]) for f in found}))}")


def _certificate(settings: Settings) -> Finding:
    if settings.scheme == "http":
        return Finding("tls", True, "plain HTTP, for development only")
    host, _, port = settings.domain.partition(":")
    try:
        with (
            socket.create_connection((host, int(port or 443)), timeout=5) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            certificate = secured.getpeercert() or {}
    except OSError as error:
        remedy = "Start the reverse proxy and let it get a certificate for this name."
        return Finding("tls", False, f"no trusted TLS at {settings.domain}: {error}", remedy)
    days = (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / 86400
    remedy = "" if days > 7 else "Renew the certificate; see the log of the reverse proxy."
    return Finding("tls", days > 7, f"the certificate is valid for {days:.0f} days", remedy)


async def _inside(services: Services) -> AsyncIterator[Finding]:
    async with services.store.read() as tx:
        waiting = await tx.received.counts()
        outgoing = await tx.deliveries.counts()
        actors = await tx.actors.all_local()
        keyless = [
            actor.account
            for actor in actors
            if actor.state == "active" and not _can_sign(await tx.actors.keys(actor.id))
        ]
    yield Finding("database", True, f"{services.store.engine}, up to date")
    yield Finding(
        "keys",
        not keyless,
        "every account can sign" if not keyless else f"no usable keys: {', '.join(keyless)}",
        "" if not keyless else "Restore the latest backup: keys cannot be made again.",
    )
    failed, late = waiting.get("failed", 0), waiting.get("waiting", 0)
    yield Finding(
        "inbox",
        not failed and late < MANY_WAITING,
        f"{late} waiting, {failed} failed",
        "" if not failed else "Look at `communotic inbox failed`, then `communotic inbox retry`.",
    )
    failed, late = outgoing.get("failed", 0), outgoing.get("waiting", 0)
    yield Finding(
        "deliveries",
        late < MANY_WAITING,
        f"{late} waiting, {outgoing.get('held', 0)} held for absent hosts, {failed} failed",
        "" if late < MANY_WAITING else "Is `communotic run` (or a worker) running?",
    )


def _can_sign(keys: list[KeyRecord]) -> bool:
    """Whether both private keys are there and can be used."""
    usable = set()
    for key in keys:
        algorithm: Literal["rsa", "ed25519"] = "rsa" if key.algorithm == "rsa" else "ed25519"
        try:
            SigningKey(key.key_id, algorithm, key.private_pem or "").sign(b"doctor")
        except ValueError:
            continue
        usable.add(algorithm)
    return usable == {"rsa", "ed25519"}


async def _outside(services: Services) -> AsyncIterator[Finding]:
    identifiers = services.identifiers
    actor, finger = identifiers.node_actor, f"{identifiers.origin}/.well-known/webfinger"
    try:
        answer = await services.client.get(
            f"{finger}?resource={actor}", accept="application/jrd+json"
        )
        found = answer.ok and actor.encode() in answer.body
        text = f"HTTP {answer.status}" if not found else "the node answers for itself"
    except FederationError as error:
        answer, found, text = None, False, str(error)
    remedy = f"Start the node, and let the reverse proxy pass all of {identifiers.host} to it."
    yield Finding("webfinger", found, text, "" if found else remedy)
    if answer is not None:
        yield _clock(services, answer)
    if found:
        yield await prove_signatures(services)


def _clock(services: Services, answer: Answer) -> Finding:
    date = answer.headers.get("date")
    skew = abs(parsedate_to_datetime(date).timestamp() - services.clock()) if date else 0.0
    remedy = "" if skew < MAX_SKEW else "Set the clock with NTP: wrong clocks break signatures."
    return Finding("clock", skew < MAX_SKEW, f"{skew:.0f} s beside the web server's", remedy)
