"""Sessions: a random token in the browser, its hash in the database."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from actors.administration import Role, has_role
from actors.auth import TOKEN_BYTES, token_hash
from actors.sign_in.codes import MAX_TOKEN, MINUTE_MS
from storage.ids import new_id
from storage.records import ActorRecord, MemberRecord
from storage.sessions import SessionRecord
from storage.store import Store, Tx

LIFETIME_MS: Final = 30 * 24 * 60 * MINUTE_MS
RECENT_MS: Final = 15 * MINUTE_MS
# When a session was last used matters by the hour; a write on each request would cost too much.
NOTE_USE_EVERY_MS: Final = 60 * MINUTE_MS
MAX_LABEL: Final = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who uses this browser: the actor, their account, and the session."""

    actor: ActorRecord
    member: MemberRecord
    session: SessionRecord

    @property
    def is_admin(self) -> bool:
        """Whether they look after the node."""
        return has_role(self.member, "admin")

    @property
    def is_editor(self) -> bool:
        """Whether they may review what others write; administrators may too."""
        return has_role(self.member, "editor")

    @property
    def is_author(self) -> bool:
        """Whether they may publish experiences; readers may not."""
        return has_role(self.member, "member")

    @property
    def language(self) -> str:
        """The language that they chose; empty when they did not."""
        return self.member.language

    def may(self, role: Role) -> bool:
        """Whether their role is `role` or higher."""
        return has_role(self.member, role)

    def proven_within(self, now: int, span: int = RECENT_MS) -> bool:
        """Whether they proved who they are in the last `span` milliseconds."""
        return now - self.session.proven_at <= span


async def open_session(tx: Tx, actor_id: int, label: str, now: int) -> str:
    """A new session; gives its token, which is shown this once. `now` in milliseconds."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await tx.sessions.add(
        SessionRecord(
            new_id(),
            token_hash(token),
            actor_id,
            label[:MAX_LABEL],
            now,
            now,
            now,
            now + LIFETIME_MS,
        )
    )
    return token


async def find_session(store: Store, token: str, now: int) -> SignedIn | None:
    """Who holds this token; None for anything but a living session of an open account."""
    if not token or len(token) > MAX_TOKEN:
        return None
    digest = token_hash(token)
    found = await store.query(lambda tx: tx.sessions.holder(digest, now))
    if found is None:
        return None
    session, member, actor = found
    return SignedIn(actor, member, session)


async def keep_alive(store: Store, signed: SignedIn, now: int) -> bool:
    """Prolong a session that is in use, at most once an hour; whether it was done."""
    if now - signed.session.seen_at < NOTE_USE_EVERY_MS:
        return False
    session = signed.session
    await store.write(lambda tx: tx.sessions.seen(session.id, now, now + LIFETIME_MS))
    return True


def form_token(token: str) -> str:
    """What the forms of a session carry; it tells nothing about the session's own token."""
    return hmac.new(token.encode(), b"communotic form", hashlib.sha256).hexdigest()


def form_token_is_right(token: str, given: str) -> bool:
    """Whether a form carries its session's token."""
    return hmac.compare_digest(form_token(token).encode(), given.encode())
