"""A post that begins with `# a title` becomes a draft experience, finished on the web."""

import re
from dataclasses import dataclass
from typing import Final

from actors.administration import has_role
from clients.context import ClientContext
from clients.statuses.checking import asked_poll, checked_media, checked_text, language_of
from clients.statuses.composing import visibility_of
from clients.statuses.parameters import StatusParameters
from clients.texts import mark
from objects.choices import post_choices
from objects.experiences.drafts import Writer, Written, start
from objects.experiences.fields import MAX_SUMMARY, MAX_TITLE, Experience, Reach
from objects.notes import NoteDraft
from objects.visibility import Visibility
from outbox.acts.create import post
from outbox.context import Also
from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord, MemberRecord, ObjectRecord
from storage.store import Tx

# For the people of this node until its author says otherwise, if it was not for everybody.
REACH: Final[dict[str, Reach]] = {"public": "public", "unlisted": "public"}
SAID: Final = mark(
    "@%(name)s “%(title)s” is now a draft; nothing was published. Finish it here: %(link)s"
)
_TITLE: Final = re.compile(r"#[ \t]+(?P<title>\S[^\n]*)(?:\n|$)(?P<rest>.*)", re.DOTALL)
_LIVELY: Final = re.compile(r"([@#＠＃])(?=\w)")


@dataclass(frozen=True, slots=True)
class Titled:
    """An experience that somebody began in an app."""

    experience: Experience
    media: tuple[MediaRecord, ...]


async def titled(
    tx: Tx,
    context: ClientContext,
    author: ActorRecord,
    member: MemberRecord,
    sent: StatusParameters,
) -> Titled | None:
    """What a post begins, if it begins with a title; None for an ordinary one.

    Answers, quotes, polls and private messages are ordinary, and so is what somebody writes
    who may not publish. Raises `Refused` 422 as for any post.
    """
    found = _TITLE.match((sent.status or "").replace("\r\n", "\n").strip())
    ordinary = sent.in_reply_to_id or sent.quoted_status_id or sent.quote_id or asked_poll(sent)
    if found is None or ordinary or not has_role(member, "member"):
        return None
    choices = await post_choices(tx, author.id)
    visibility = visibility_of(sent, choices)
    if visibility == "direct":
        return None
    checked_text(sent, may_be_empty=False)
    media = await checked_media(tx, author, sent)
    language = language_of(sent.language, choices.language or context.outbox.language)
    return Titled(_experience(found, sent, visibility, language), tuple(media))


def _experience(
    found: "re.Match[str]", sent: StatusParameters, visibility: Visibility, language: str
) -> Experience:
    """Title, then what makes one want to read on, then what was done."""
    summary = (sent.spoiler_text or "").strip()
    rest = found["rest"].replace("\0", "").strip()
    if not summary:
        first, _, after = rest.partition("\n\n")
        if len(first) <= MAX_SUMMARY:
            summary, rest = first.strip(), after.strip()
    return Experience(
        title=" ".join(found["title"].replace("\0", "").split()),
        summary=summary,
        approach=rest,
        language=language,
        reach=REACH.get(visibility, "organisation"),
    )


async def begin(
    context: ClientContext,
    author: ActorRecord,
    member: MemberRecord,
    begun: Titled,
    also: Also,
) -> ObjectRecord:
    """Keep the draft and tell its author where it is; gives the message that says so.

    All in one transaction, with what `also` does.
    """
    number, now = new_id(), context.now()
    speaker = await context.store.query(lambda tx: _speaker(tx, context, author))
    language = member.language or context.outbox.language
    words = {
        "name": author.username,
        "title": _LIVELY.sub("\\1\u200b", begun.experience.title[:MAX_TITLE]),
        "link": context.identifiers.draft_page(number),
    }

    async def keep(tx: Tx, message: ObjectRecord) -> None:
        await start(
            tx,
            Writer(author, has_role(member, "editor"), speaker),
            Written(begun.experience, {}, author.id),
            now,
            media_ids=[media.id for media in begun.media],
            number=number,
        )
        await tx.activities.show(
            [author.id],
            entry_id=message.id,
            activity_id=None,
            object_id=message.id,
            actor_id=message.actor_id,
            home=True,
            inbox=False,
        )
        await also(tx, message)

    text = context.texts(language)(SAID) % words
    draft = NoteDraft(text, visibility="direct", language=language)
    return await post(context.outbox, speaker, draft, also=keep)


async def _speaker(tx: Tx, context: ClientContext, listener: ActorRecord) -> ActorRecord:
    """The organisation whose node this is; the node itself where there is none to say it."""
    local = await tx.actors.all_local()
    living = [actor for actor in local if actor.state == "active"]
    others = [actor for actor in living if actor.id != listener.id]
    found = next((actor for actor in others if actor.type == "Organization"), None)
    node = next(actor for actor in living if actor.url == context.identifiers.node_actor)
    return found or node
