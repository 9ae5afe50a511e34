"""What the administrator says of the site: legal notice, appearance, how things are published.

Pages read it through `SiteFacts`, which keeps it in memory for a few seconds.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, TypeVar

import orjson

from actors.administration import NotPossible, audit
from config.settings import Settings
from storage.site import SiteRecord
from storage.store import Store, Tx

Part = TypeVar("Part", "LegalNotice", "Appearance", "Policy", "OrganisationFacts", "HouseRules")
Conformity = Literal["", "non", "partial", "total"]

# Another process may have changed it.
TRUSTED_FOR_S: Final = 5.0
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_LATER: Final = frozenset({"legal_form", "siret", "nda", "register", "privacy_notes"})


@dataclass(frozen=True, slots=True)
class LegalNotice:
    """What French law asks a site to say of itself (LCEN art. 1-1, GDPR art. 13, RGAA).

    `accessibility` is the state that the accessibility statement declares; dates are `YYYY-MM-DD`.
    """

    denomination: str = ""
    legal_form: str = ""
    register: str = ""
    address: str = ""
    telephone: str = ""
    mail: str = ""
    director: str = ""
    host_name: str = ""
    host_address: str = ""
    host_telephone: str = ""
    gdpr_contact: str = ""
    privacy_notes: str = ""
    siret: str = ""
    nda: str = ""
    accessibility: Conformity = ""
    accessibility_date: str = ""
    accessibility_contact: str = ""

    def missing(self) -> tuple[str, ...]:
        """The names of the fields without which the public pages stay closed."""
        return tuple(
            field.name
            for field in fields(self)
            if field.name not in _LATER and not getattr(self, field.name).strip()
        )

    @property
    def complete(self) -> bool:
        """Whether the public pages may open."""
        return not self.missing()


@dataclass(frozen=True, slots=True)
class Appearance:
    """How the site looks: `logo` is the URL of a picture here, `accent` a `#rrggbb` or empty."""

    logo: str = ""
    accent: str = ""
    tagline: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """How experiences get published, and what becomes of them when their author leaves.

    `review`: what members write is read by an editor first. `four_eyes`: nobody approves what
    they wrote themselves, whatever their role. `departures` is what the page proposes.
    """

    review: bool = False
    four_eyes: bool = False
    departures: Literal["organisation", "person"] = "organisation"


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What the organisation's public profile says in lines of its own, besides its numbers."""

    territory: str = ""
    activity: str = ""
    mail: str = ""
    telephone: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that members are asked to keep; `number` stays as long as its text does."""

    number: int
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class HouseRules:
    """What members are asked to keep, and what strangers learn about other servers.

    `rules`: a paragraph for each, its first line is the rule, the others explain it. `blocks`:
    who may read which servers are shut out or limited. `peers`: whether the servers that this
    one knows are listed.
    """

    rules: str = ""
    blocks: Literal["nobody", "members", "everybody"] = "nobody"
    peers: bool = True

    def listed(self) -> list[Rule]:
        """The rules, in order, each once."""
        found: dict[str, Rule] = {}
        for paragraph in re.split(r"\n\s*\n", self.rules.replace("\r\n", "\n").strip()):
            text, _, hint = paragraph.strip().partition("\n")
            if text:
                digest = hashlib.sha256(text.strip().encode()).digest()
                number = int.from_bytes(digest[:6])
                found.setdefault(text, Rule(number, text.strip(), " ".join(hint.split())))
        return list(found.values())


NAMES: Final[Mapping[type, str]] = {
    LegalNotice: "legal",
    Appearance: "appearance",
    Policy: "policy",
    OrganisationFacts: "organisation",
    HouseRules: "rules",
}


async def read_site(tx: Tx, kind: type[Part]) -> Part:
    """One part as it is stored; with empty fields when nobody wrote it yet."""
    found: Part = _read(kind, await tx.site.by_name(NAMES[kind]))
    return found


async def save_site(
    tx: Tx,
    who: str,
    part: LegalNotice | Appearance | Policy | OrganisationFacts | HouseRules,
    now: int,
) -> None:
    """Write a part and note in the audit log which fields changed. Raises `NotPossible`."""
    kind = type(part)
    if isinstance(part, Appearance) and part.accent and not COLOUR.fullmatch(part.accent):
        raise NotPossible(f"{part.accent!r} is no colour; write #rrggbb.")
    before = asdict(_read(kind, await tx.site.by_name(NAMES[kind])))
    after = asdict(part)
    changed = [name for name, value in after.items() if before[name] != value]
    if not changed:
        return
    value = orjson.dumps(after).decode()
    await tx.site.save(SiteRecord(NAMES[kind], value, who, now))
    await audit(tx, who, f"site {NAMES[kind]}", ", ".join(changed), "", now)


class SiteFacts:
    """The parts in memory, read again every few seconds and after `forget`."""

    def __init__(self, store: Store, clock: Callable[[], float], settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._found: Mapping[str, SiteRecord] = {}
        self._parts: dict[type, Any] = {}
        self._expires = float("-inf")
        self._loading = asyncio.Lock()
        self._changes = 0

    async def legal(self) -> LegalNotice:
        """The legal notice."""
        return await self._part(LegalNotice)

    async def appearance(self) -> Appearance:
        """How the site looks."""
        return await self._part(Appearance)

    async def policy(self) -> Policy:
        """How experiences get published."""
        return await self._part(Policy)

    async def rules(self) -> HouseRules:
        """What members are asked to keep."""
        return await self._part(HouseRules)

    async def written_at(self, kind: type[Any]) -> int:
        """When a part was last changed, in milliseconds; 0 when it never was."""
        await self._part(HouseRules)
        record = self._found.get(NAMES[kind])
        return 0 if record is None else record.updated_at

    async def open_to_visitors(self) -> bool:
        """Whether public pages are shown: the legal notice is complete, or nobody can come."""
        return self._settings.development or (await self.legal()).complete

    def forget(self) -> None:
        """Read again at the next question: somebody changed something."""
        self._changes += 1
        self._expires = float("-inf")

    async def _part(self, kind: type[Part]) -> Part:
        if self._clock() >= self._expires:
            await self._load()
        if kind not in self._parts:
            self._parts[kind] = _read(kind, self._found.get(NAMES[kind]))
        found: Part = self._parts[kind]
        return found

    async def _load(self) -> None:
        async with self._loading:
            if self._clock() < self._expires:
                return
            seen = self._changes
            self._found = await self._store.query(lambda tx: tx.site.all())
            self._parts = {}
            if seen == self._changes:
                self._expires = self._clock() + TRUSTED_FOR_S


def _read(kind: type[Any], record: SiteRecord | None) -> Any:
    """A part from its JSON; what another version wrote and we do not know is left out."""
    stored = orjson.loads(record.value) if record is not None else {}
    known = {
        field.name: stored[field.name]
        for field in fields(kind)
        if isinstance(stored.get(field.name), type(field.default))
    }
    return kind(**known)
