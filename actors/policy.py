"""Rules about domains: what the administrator decided about a server and its subdomains."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from federation.addresses import host_of, normalise_host
from federation.errors import Refused, Untrusted
from federation.policy import matching_rule
from storage.store import Store

log = logging.getLogger(__name__)

Severity = Literal["", "limit", "reject_media", "suspend"]
SEVERITIES: Final = (*get_args(Severity), "allow")
_STRICTNESS: Final[tuple[Severity, ...]] = get_args(Severity)
# Another process (the command line, an administrator's worker) may have changed the rules.
TRUSTED_FOR_S: Final = 5.0


class DomainRules:
    """The rules in memory, read again every few seconds; asked before any other work."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._rules: Mapping[str, Severity] = {}
        self._expires = 0.0
        self._loading = asyncio.Lock()

    async def severity(self, host: str) -> Severity:
        """What applies to `host` (`host[:port]` or a URL); the nearest rule above it decides.

        A rule `allow` for a subdomain lifts the rule of its parent. An unusable host has none.
        """
        if self._clock() >= self._expires:
            await self._load()
        if not self._rules:
            return ""
        try:
            name = host_of(host) if "://" in host else normalise_host(host)
        except Untrusted:
            return ""
        return matching_rule(name, self._rules) or ""

    async def suspended(self, host: str) -> bool:
        """Whether nothing is exchanged with a host or the host of a URL."""
        return await self.severity(host) == "suspend"

    async def refuse_if_suspended(self, host: str) -> None:
        """Raise `Refused` 403 when nothing is exchanged with `host` (or the host of a URL)."""
        if await self.suspended(host):
            log.info("refused %s: suspended domain", host[:200])
            raise Refused(403, "domain-suspended", "This node does not federate with you.")

    async def distrust_if_suspended(self, url: str) -> None:
        """Raise `Untrusted` when nothing is to be sent to the server of `url`, or fetched there."""
        if await self.suspended(url):
            raise Untrusted(url, "the domain is suspended here")

    async def _load(self) -> None:
        async with self._loading:
            if self._clock() < self._expires:
                return
            async with self._store.read() as tx:
                found = await tx.relationships.domain_rules()
            self._rules = {rule.domain: _severity(rule.severity) for rule in found}
            self._expires = self._clock() + TRUSTED_FOR_S


def domain_name(text: str) -> str:
    """The domain that a rule is about, normalised and without a port. Raises `Untrusted`."""
    host = normalise_host(text.strip().removeprefix("*."))
    return host if host.startswith("[") else host.partition(":")[0]


def severity_among(rules: Mapping[str, str], url: str, host: str) -> Severity:
    """What `rules` (domain → severity) say of an actor: the stricter of its address and name."""
    try:
        named = {host, host_of(url)}
    except Untrusted:
        named = {host}
    found = [_severity(matching_rule(name, rules) or "") for name in named]
    return max(found, key=_STRICTNESS.index)


def stricter(one: Severity, other: str) -> Severity:
    """The harder of what holds for a domain and for an actor alone."""
    return max(one, _severity(other), key=_STRICTNESS.index)


def _severity(text: str) -> Severity:
    match text:
        case "limit" | "reject_media" | "suspend":
            return text
        case _:
            return ""
