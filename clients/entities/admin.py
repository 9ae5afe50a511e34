"""What administrators' apps show."""

from typing import Any

from clients.entities.accounts import Account, Role
from clients.entities.base import Entity
from clients.entities.instance import Rule
from clients.entities.statuses import Status


class AdminIp(Entity):
    """An address that somebody used; none is kept here."""

    ip: str
    used_at: str


class AdminAccount(Entity):
    """Somebody as administrators see them; the account behind is null for those elsewhere."""

    id: str
    username: str
    domain: str | None
    created_at: str
    email: str | None
    ip: str | None
    ips: list[AdminIp]
    locale: str | None
    invite_request: str | None
    role: Role | None
    confirmed: bool
    approved: bool
    disabled: bool
    sensitized: bool
    silenced: bool
    suspended: bool
    account: Account
    created_by_application_id: str | None = None
    invited_by_account_id: str | None = None


class AdminReport(Entity):
    """A report with everybody who has to do with it."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    updated_at: str
    account: AdminAccount
    target_account: AdminAccount | None
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Status]
    rules: list[Rule]
    collections: list[Any] = []


class AdminDomainBlock(Entity):
    """A rule about a server that limits or shuts it out."""

    id: str
    domain: str
    digest: str
    created_at: str
    severity: str
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class AdminDomainAllow(Entity):
    """A rule about a server that lifts the one about the domain above it."""

    id: str
    domain: str
    created_at: str


class AdminEmailDomainBlockHistory(Entity):
    """How often somebody tried to join from such an address on a day."""

    day: str
    accounts: str
    uses: str


class AdminEmailDomainBlock(Entity):
    """A mail domain whose addresses get no account."""

    id: str
    domain: str
    created_at: str
    history: list[AdminEmailDomainBlockHistory]
    allow_with_approval: bool = False


class AdminMeasureData(Entity):
    """The number of one day."""

    date: str
    value: str


class AdminMeasure(Entity):
    """A number over time, and over as many days before."""

    key: str
    unit: str | None
    total: str
    data: list[AdminMeasureData]
    human_value: str | None = None
    previous_total: str | None = None


class AdminDimensionData(Entity):
    """One line of a ranking."""

    key: str
    human_key: str
    value: str
    unit: str = ""
    human_value: str = ""


class AdminDimension(Entity):
    """A ranking."""

    key: str
    data: list[AdminDimensionData]


class CohortData(Entity):
    """How many of a cohort were active in a period."""

    date: str
    rate: float
    value: str


class AdminCohort(Entity):
    """Those who joined in one period, followed through the next ones."""

    period: str
    frequency: str
    data: list[CohortData]
