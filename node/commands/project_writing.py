"""`project note`, `withdraw`, `timeline`: what is written in a project, here or elsewhere."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from actors.documents import wire_time
from node.commands.project_shared import ProjectName, Reach, Who, check_days, stand_before
from node.commands.shared import AsJson, fail, local_actor, show_json, with_node
from node.services import Services
from objects.media import store_upload
from objects.projects.entries import OF_THE_GROUP, TALK, Entry, from_json
from objects.projects.fields import ProjectReach
from objects.reading import web_address
from objects.text import plain_text
from outbox.acts.projects.decisions import Proposal, propose, raise_objection
from outbox.acts.projects.entries import EntryDraft, publish_entry, withdraw_entry
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord


class Kind(StrEnum):
    """What an entry is; events have a form of their own."""

    progress = "progress"
    decision = "decision"
    difficulty = "difficulty"
    help = "help"
    meeting = "meeting"
    deliverable = "deliverable"
    milestone = "milestone"
    call = "call"
    comment = "comment"
    objection = "objection"


ForWhom = Annotated[
    Reach | None, typer.Option(help="For whom it is; as the project is, unless said.")
]
Title = Annotated[str, typer.Option(help="Its title.")]
State = Annotated[str, typer.Option(help="Of a milestone, a decision, a call, an objection.")]
Milestone = Annotated[str, typer.Option(metavar="URL", help="The milestone that it belongs to.")]
Due = Annotated[
    str,
    typer.Option(metavar="DAY", help="Date of a milestone, last day of a call or of a vote."),
]
Happened = Annotated[str, typer.Option(metavar="DAY", help="The day of which it tells.")]
Responsible = Annotated[str, typer.Option(metavar="URL", help="Address of who answers for it.")]
Link = Annotated[str, typer.Option(metavar="URL", help="Address of a deliverable.")]
Licence = Annotated[str, typer.Option(metavar="SPDX", help="Licence of a deliverable.")]
Skill = Annotated[list[str] | None, typer.Option(help="What a call looks for.")]
Choice = Annotated[
    list[str] | None, typer.Option(help="With --kind decision: what may be voted for.")
]
Quorum = Annotated[int | None, typer.Option(min=1, help="How many votes a decision needs.")]
ReplyTo = Annotated[str, typer.Option(metavar="URL", help="Address of the entry to answer.")]
Files = Annotated[
    list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A file to show.")
]


def add_writing_commands(project: typer.Typer) -> None:
    """Put these commands into the group `project`."""
    project.command("note")(note)
    project.command("withdraw")(withdraw)
    project.command("timeline")(timeline)


def note(
    username: Who,
    project: ProjectName,
    text: Annotated[str, typer.Argument(help="The text, as Markdown.")],
    kind: Annotated[Kind, typer.Option(help="What it is.")] = Kind.progress,
    title: Title = "",
    reach: ForWhom = None,
    state: State = "",
    milestone: Milestone = "",
    due: Due = "",
    happened: Happened = "",
    responsible: Responsible = "",
    link: Link = "",
    licence: Licence = "",
    skill: Skill = None,
    choice: Choice = None,
    quorum: Quorum = None,
    reply_to: ReplyTo = "",
    file: Files = None,
    as_json: AsJson = False,
) -> None:
    """Write in a project as one of its members; prints the address of the entry.

    Milestones and calls belong to the project: its leads write them, on its own server.
    """
    named = Kind.comment if reply_to and kind == Kind.progress else kind
    entry = Entry(kind=named.value, title=title, state=state, milestone=milestone, due=due,
                  happened=happened, responsible=responsible, link=link, licence=licence,
                  quorum=quorum, skills=tuple(skill or ()))  # fmt: skip
    asked = _Asked(text, reach.value if reach else None, choice or [], reply_to, file or [])
    _check(entry, asked)
    record = with_node(lambda services: _publish(services, username, project, entry, asked))
    if as_json:
        show_json({"url": record.url, "kind": entry.kind, "visibility": record.visibility})
    else:
        typer.echo(record.url)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for beside the fields of an entry."""

    text: str
    reach: ProjectReach | None
    choices: list[str]
    reply_to: str
    files: list[Path]


async def _publish(
    services: Services, username: str, project: str, entry: Entry, asked: _Asked
) -> ObjectRecord:
    author, found = await stand_before(services, username, project)
    language = services.settings.language
    if asked.choices:
        proposal = Proposal(
            title=entry.title,
            text=asked.text,
            choices=tuple(asked.choices),
            closes=entry.due,
            quorum=entry.quorum,
            milestone=entry.milestone,
            reach=asked.reach,
            language=language,
        )
        return await propose(services.outbox, author, found.group, proposal)
    answered = None
    if asked.reply_to:
        answered = await services.outbox.objects.visible(asked.reply_to, author)
    if answered is not None and entry.kind == "objection":
        return await raise_objection(services.outbox, author, answered, asked.text)
    owner = found.group if entry.kind in OF_THE_GROUP else author
    draft = EntryDraft(
        entry=entry,
        text=asked.text,
        reach=asked.reach,
        language=language,
        media_ids=await _uploaded(services, owner, asked.files),
        in_reply_to=answered,
    )
    return await publish_entry(services.outbox, author, found.group, draft)


def withdraw(
    username: Who,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the entry.")],
) -> None:
    """Delete an entry of one's own, or as a lead one that belongs to the project."""

    async def work(services: Services) -> None:
        author = await local_actor(services, username)
        record = await services.outbox.objects.visible(url, author)
        await withdraw_entry(services.outbox, author, record)

    with_node(work)
    typer.echo(f"{url} is deleted; the other servers are being told.")


def timeline(
    username: Who,
    project: ProjectName,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many entries at most.")] = 20,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only entries of this kind.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a member sees of a project, latest first."""
    kinds = [one.value for one in kind] if kind else None

    async def work(services: Services) -> list[dict[str, Any]]:
        viewer, found = await stand_before(services, username, project)
        async with services.store.read() as tx:
            entries = await tx.project_entries.timeline(
                found.group.id, viewer.id, limit=limit, kinds=kinds
            )
            authors = await tx.actors.by_ids([record.actor_id for _, record in entries])
        return [_shown(row, record, authors[record.actor_id]) for row, record in entries]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        waits = "" if row["position"] else "… "
        title = f" {row['title']}" if row["title"] else ""
        state = f" ({row['state']})" if row["state"] else ""
        typer.echo(f"{waits}{row['kind']}{title}{state}  {row['published']}  {row['author']}")
        typer.echo(f"  {row['text']}\n  {row['url']}\n")


def _shown(row: EntryRecord, record: ObjectRecord, author: ActorRecord) -> dict[str, Any]:
    entry = from_json(row.fields)
    return {
        "position": row.position,
        "url": record.url,
        "kind": row.kind,
        "title": entry.title,
        "state": row.state,
        "due": entry.due or None,
        "milestone": row.milestone or None,
        "author": author.account,
        "text": plain_text(record.content),
        "visibility": record.visibility,
        "in_reply_to": record.in_reply_to,
        "published": wire_time(record.published_at),
    }


async def _uploaded(services: Services, owner: ActorRecord, paths: list[Path]) -> tuple[int, ...]:
    limits = services.web.limits
    found = []
    for path in paths:
        content = await asyncio.to_thread(path.read_bytes)
        media = await store_upload(
            services.store, services.files, limits, owner, content, path.name, services.now()
        )
        found.append(media.id)
    return tuple(found)


def _check(entry: Entry, asked: "_Asked") -> None:
    """End with a sentence when something was typed that cannot be."""
    check_days(entry.due, entry.happened)
    for address in (entry.milestone, entry.responsible, entry.link):
        if address and web_address(address) is None:
            fail(f"{address!r} is no web address")
    if entry.kind in TALK and not asked.reply_to:
        fail(f"say with --reply-to which entry the {entry.kind} answers")
    if not asked.choices:
        if entry.quorum is not None:
            fail("only a vote has a quorum: say with --choice what may be voted for")
        return
    if entry.kind != "decision":
        fail("only decisions are put to the vote: --kind decision")
    beside = (entry.state, entry.happened, entry.responsible, entry.link, entry.licence)
    if any(beside) or entry.skills or asked.reply_to or asked.files:
        fail("a vote has a title, a text, choices, a last day, a quorum and a milestone alone")
