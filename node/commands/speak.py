"""`post`, `publish`, `follow`, `unfollow`, `timeline`: what members do, from a terminal."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import frontmatter
import typer
import yaml

from node.commands.shared import AsJson, Username, fail, local_actor, show_json, with_node
from node.services import Services
from objects.notes import NoteDraft
from objects.text import plain_text
from objects.timelines import home
from objects.visibility import VISIBILITIES
from outbox.acts.create import post as post_note
from outbox.acts.follow import ask, end

MAX_FILE = 1_000_000


class Audience(StrEnum):
    """Who may read a post."""

    public = "public"
    unlisted = "unlisted"
    followers = "followers"
    direct = "direct"


ReplyTo = Annotated[str, typer.Option(metavar="URL", help="Address of the post to answer.")]


def post(
    username: Username,
    text: Annotated[str, typer.Argument(help="The text; @names, #tags and links become links.")],
    visibility: Annotated[Audience, typer.Option(help="Who may read it.")] = Audience.public,
    reply_to: ReplyTo = "",
    as_json: AsJson = False,
) -> None:
    """Post a note and print its address."""

    async def work(services: Services) -> str:
        author = await local_actor(services, username)
        parent = await services.outbox.objects.visible(reply_to, author) if reply_to else None
        draft = NoteDraft(
            text=text,
            visibility=visibility.value,
            in_reply_to=parent,
            language=services.settings.language,
        )
        return (await post_note(services.outbox, author, draft)).url

    _say(with_node(work), as_json)


def publish(
    username: Username,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.md", help="Markdown with front matter (title, summary…)."),
    ],
    as_json: AsJson = False,
) -> None:
    """Publish a Markdown file as an article and print its address.

    The front matter may give title, summary, language, visibility and tags.
    """
    try:
        if file.stat().st_size > MAX_FILE:
            fail(f"{file} is larger than {MAX_FILE} bytes")
        page = frontmatter.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{file} cannot be read: {error}")
    except yaml.YAMLError as error:
        fail(f"the front matter of {file} is not valid YAML: {error}")
    draft_of = _article(page, file)

    async def work(services: Services) -> str:
        author = await local_actor(services, username)
        draft = NoteDraft(**({"language": services.settings.language} | draft_of))
        return (await post_note(services.outbox, author, draft)).url

    _say(with_node(work), as_json)


def _article(page: frontmatter.Post, file: Path) -> dict[str, Any]:
    title = str(page.get("title") or "").strip()
    if not title:
        fail(f"{file} has no title: begin it with a front matter, `---`, `title: …`, `---`")
    tags: Any = page.get("tags") or []
    if isinstance(tags, str):
        tags = tags.replace(",", " ").split()
    hashtags = " ".join("#" + str(tag).lstrip("#").replace(" ", "") for tag in tags)
    text = page.content + (f"\n\n{hashtags}" if hashtags else "")
    wanted = str(page.get("visibility") or "public")
    if wanted not in VISIBILITIES:
        fail(f"{file}: visibility is {wanted!r}; it must be one of {', '.join(VISIBILITIES)}")
    values: dict[str, Any] = {
        "text": text,
        "name": title,
        "summary": str(page.get("summary") or "").strip(),
        "visibility": wanted,
        "markdown": True,
    }
    return values | ({"language": str(page["language"])} if page.get("language") else {})


def follow(
    username: Username,
    target: Annotated[str, typer.Argument(metavar="ACCT_OR_URL", help="name@host or an address.")],
    as_json: AsJson = False,
) -> None:
    """Ask to follow somebody; prints the address of the Follow."""

    async def work(services: Services) -> str:
        follower = await local_actor(services, username)
        return (await ask(services.outbox, follower, await services.remote.resolve(target))).url

    _say(with_node(work), as_json)


def unfollow(
    username: Username,
    target: Annotated[str, typer.Argument(metavar="ACCT_OR_URL", help="name@host or an address.")],
) -> None:
    """Stop following somebody."""

    async def work(services: Services) -> bool:
        follower = await local_actor(services, username)
        found = await services.remote.resolve(target)
        return await end(services.outbox, follower, found) is not None

    typer.echo("Not followed any more." if with_node(work) else "Was not followed.")


def timeline(
    username: Username,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many posts at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the home timeline of an account, latest first."""

    async def work(services: Services) -> list[dict[str, Any]]:
        owner = await local_actor(services, username)
        async with services.store.read() as tx:
            return [_shown(entry) for entry in await home(tx, owner, None, limit)]

    rows = with_node(work)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        shared = f" (shared by {row['shared_by']})" if row["shared_by"] else ""
        typer.echo(
            f"{row['published']}  {row['author']}{shared}\n  {row['text']}\n  {row['url']}\n"
        )


def _shown(entry: Any) -> dict[str, Any]:
    record = entry.record
    published = datetime.fromtimestamp(record.published_at / 1000, UTC)
    return {
        "id": str(entry.id),
        "url": record.url,
        "type": record.type,
        "author": entry.author.account,
        "shared_by": entry.shared_by.account if entry.shared_by else None,
        "title": record.name,
        "summary": record.summary,
        "content": record.content,
        "text": plain_text(record.content) or record.name,
        "visibility": record.visibility,
        "in_reply_to": record.in_reply_to,
        "published": published.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _say(url: str, as_json: bool) -> None:
    if as_json:
        show_json({"url": url})
    else:
        typer.echo(url)
