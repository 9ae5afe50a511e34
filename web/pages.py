"""The public pages: the node, an actor, an object, a hashtag."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from quart import Response, render_template, request

from actors.identifiers import Identifiers
from config.settings import Settings
from federation.errors import Refused
from objects.incoming import attachments_of
from objects.reading import Attachment
from objects.text import plain_text
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store, Tx
from web.texts import LANGUAGES, choose_language, counted, day, moment, texts_of

PAGE: Final = 20
HTML: Final = "text/html; charset=utf-8"
SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Vary": "Accept, Accept-Language, Signature, Authorization",
}


@dataclass(frozen=True, slots=True)
class Post:
    """An object as a page shows it."""

    record: ObjectRecord
    author: ActorRecord
    files: tuple[Attachment, ...]

    @property
    def title(self) -> str:
        """What stands in the window's title."""
        return self.record.name or plain_text(self.record.content)[:80] or self.author.name


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages for strangers: only what everybody may see is ever asked for."""

    store: Store
    identifiers: Identifiers
    settings: Settings

    async def home(self) -> Response:
        """The node: its organisation and the latest public posts."""
        before = _before()

        async def operation(tx: Tx) -> tuple[list[ActorRecord], list[Post]]:
            actors = await tx.actors.all_local()
            records = await tx.objects.local_public(before=before, limit=PAGE + 1)
            return actors, await _posts(tx, records)

        actors, posts = await self.store.query(operation)
        living = [actor for actor in actors if actor.state == "active"]
        organisation = next((actor for actor in living if actor.type == "Organization"), None)
        people = [a for a in living if a.type == "Person" and a.discoverable]
        return await self._render(
            "home.html", organisation=organisation, people=people, **_paged(posts)
        )

    async def actor(self, actor: ActorRecord) -> Response:
        """An organisation, a person, or the node itself."""
        before = _before()

        async def operation(tx: Tx) -> tuple[list[Post], list[Post]]:
            records = await tx.objects.of_actor(actor.id, before=before, limit=PAGE + 1)
            featured = [] if before else await tx.activities.featured(actor.id)
            return await _posts(tx, records), await _posts(tx, featured)

        posts, featured = await self.store.query(operation)
        return await self._render(
            "actor.html",
            actor=actor,
            fields=orjson.loads(actor.fields),
            featured=featured,
            **_paged(posts),
        )

    async def object(self, record: ObjectRecord, _: ActorRecord) -> Response:
        """A post that everybody may see, with the public answers to it."""

        async def operation(tx: Tx) -> tuple[list[Post], list[Post]]:
            replies = await tx.objects.replies(record.url, limit=100)
            return await _posts(tx, [record]), await _posts(tx, replies)

        posts, replies = await self.store.query(operation)
        return await self._render("object.html", post=posts[0], replies=replies)

    async def tag(self, name: str) -> Response:
        """The public posts with a hashtag."""
        before = _before()

        async def operation(tx: Tx) -> list[Post]:
            records = await tx.objects.tagged(name, before=before, limit=PAGE + 1)
            return await _posts(tx, records)

        posts = await self.store.query(operation)
        return await self._render("tag.html", tag=name, **_paged(posts))

    async def interaction(
        self,
        uri: str,
        *,
        problem: str = "",
        username: str = "",
        followed: ActorRecord | None = None,
        status: int = 200,
    ) -> Response:
        """The form to follow an account of another server, with what went wrong or right."""
        return await self._render(
            "interaction.html",
            uri=uri,
            problem=problem,
            username=username,
            followed=followed,
            status=status,
        )

    async def problem(self, refused: Refused) -> Response:
        """What is wrong, for people."""
        return await self._render("problem.html", refused=refused, status=refused.status)

    async def _render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        accepted = request.accept_languages.values()
        language = choose_language(request.args.get("lang"), accepted, self.settings.language)
        others = [other for other in LANGUAGES if other != language]
        html = await render_template(
            template,
            _=texts_of(language),
            ngettext=counted(language),
            language=language,
            other_languages=others,
            node=self.settings,
            identifiers=self.identifiers,
            day=lambda ms: day(ms, language),
            moment=lambda ms: moment(ms, language),
            path=request.path,
            **values,
        )
        headers = SECURITY | {"Content-Language": language, "Cache-Control": "no-cache"}
        return Response(html, status=status, content_type=HTML, headers=headers)


async def _posts(tx: Tx, records: Sequence[ObjectRecord]) -> list[Post]:
    authors = await tx.actors.by_ids(list({record.actor_id for record in records}))
    return [
        Post(record, author, attachments_of(record, author))
        for record in records
        if (author := authors.get(record.actor_id)) is not None
    ]


def _paged(posts: list[Post]) -> dict[str, Any]:
    """The posts of a page, and where the next page begins."""
    following = posts[PAGE - 1].record.id if len(posts) > PAGE else None
    return {"posts": posts[:PAGE], "following": following}


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(400, "bad-page", "`before` is a number.")
    return int(text)
