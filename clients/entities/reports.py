"""What was reported, as the reporter sees it."""

from clients.entities.accounts import Account
from clients.entities.base import Entity


class Report(Entity):
    """A report of one account."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str] | None
    rule_ids: list[str] | None
    target_account: Account
    collection_ids: list[str] | None = None
