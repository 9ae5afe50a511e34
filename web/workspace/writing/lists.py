"""Lists of what one writes: drafts, what waits for review, what is published."""

from collections.abc import Sequence
from dataclasses import dataclass

from quart import Blueprint, Response

from federation.errors import FederationError
from objects.experiences.changing import may_change, may_withdraw
from objects.experiences.completeness import Completeness, completeness
from objects.experiences.drafts import Writer, drafts_of
from objects.experiences.fields import Experience, from_json
from objects.experiences.reading import StoredExperience, load_many
from objects.experiences.review import needs_review
from objects.projects.drafts import Unpublished, unpublished
from storage.drafts import DraftRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.rendering import redirect
from web.workspace.paging import before
from web.workspace.writing.names import LENGTH_LABELS, SHORT_REACHES
from web.workspace.writing.saving import Saving

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A draft in a list."""

    record: DraftRecord
    experience: Experience
    owner: ActorRecord | None
    reviewer: ActorRecord | None
    meter: Completeness


@dataclass(frozen=True, slots=True)
class Published:
    """One's own published experience in a list."""

    stored: StoredExperience
    reuses: int
    changeable: bool
    withdrawable: bool


def add_list_routes(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    """`/drafts`, `/my/experiences` and `/write/adapt`."""
    _drafts(blueprint, context, saving)
    _published(blueprint, context, saving)
    _adapt(blueprint, context, saving)


def _drafts(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/drafts")
    async def list_drafts() -> Response:
        _, writer = await saving.writer("reader")
        policy = await context.site.policy()

        async def look(tx: Tx) -> tuple[list[Line], list[Line], list[Unpublished]]:
            mine = await drafts_of(tx, writer)
            waiting: list[tuple[DraftRecord, Experience]] = []
            if writer.editor and needs_review(policy):
                known = {record.id for record, _ in mine if record.owner_id == writer.actor.id}
                waiting = [
                    (record, from_json(record.fields))
                    for record in await tx.drafts.in_review()
                    if record.id not in known
                ]
            notes = await unpublished(tx, writer.actor.id)
            return await _lines(tx, mine), await _lines(tx, waiting), notes

        mine, waiting, notes = await context.store.query(look)
        reviewing = {line.record.id for line in waiting}
        shown = [line for line in mine if _touched(line.record) and line.record.id not in reviewing]
        me = writer.actor.id
        return await context.renderer.render(
            "workspace/writing/drafts.html",
            index=False,
            waiting=waiting,
            agreement=[line for line in shown if _asks(line.record, me)],
            returned=[line for line in shown if line.record.state == "returned"],
            sent=[line for line in shown if line.record.state == "review"],
            mine=[
                line
                for line in shown
                if line.record.state == "writing" and not _asks(line.record, me)
            ],
            notes=notes,
            lengths=LENGTH_LABELS,
            me=me,
        )


def _touched(record: DraftRecord) -> bool:
    """Whether anything was written in it: a change that was only opened is no draft yet."""
    return record.object_id is None or record.revision > 1 or record.copy_of is not None


def _asks(record: DraftRecord, me: int) -> bool:
    """Whether it holds the words of this person, who has not agreed to them yet."""
    return record.interviewed_id == me != record.owner_id and (
        record.agreed_revision != record.revision
    )


async def _lines(tx: Tx, drafts: Sequence[tuple[DraftRecord, Experience]]) -> list[Line]:
    ids = {record.owner_id for record, _ in drafts}
    ids |= {record.reviewer_id for record, _ in drafts if record.reviewer_id is not None}
    people = await tx.actors.by_ids(list(ids))
    return [
        Line(
            record,
            experience,
            people.get(record.owner_id),
            people.get(record.reviewer_id) if record.reviewer_id is not None else None,
            completeness(experience),
        )
        for record, experience in drafts
    ]


def _published(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/my/experiences")
    async def my_experiences() -> Response:
        _, writer = await saving.writer()
        first = before()

        async def look(tx: Tx) -> tuple[list[Published], int | None]:
            actors = [writer.actor.id]
            if writer.organisation_id is not None:
                actors.append(writer.organisation_id)
            ids = await tx.drafts.published_by(
                writer.actor.url, actors, before=first, limit=PAGE + 1
            )
            stored = await load_many(tx, ids[:PAGE], writer.actor)
            reuses = await tx.experiences.reuse_counts([s.record.url for s in stored.values()])
            lines = [_line(stored[number], reuses, writer) for number in ids if number in stored]
            return lines, ids[PAGE - 1] if len(ids) > PAGE else None

        lines, following = await context.store.query(look)
        return await context.renderer.render(
            "workspace/writing/my_experiences.html",
            index=False,
            lines=lines,
            following=following,
            reaches=SHORT_REACHES,
        )


def _line(stored: StoredExperience, reuses: dict[str, int], writer: Writer) -> Published:
    return Published(
        stored,
        reuses.get(stored.record.url, 0),
        may_change(stored, writer),
        may_withdraw(stored, writer),
    )


def _adapt(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    async def page(address: str = "", *, status: int = 200) -> Response:
        return await context.renderer.render(
            "workspace/writing/adapt.html", status=status, index=False, address=address
        )

    @blueprint.get("/write/adapt")
    async def ask_original() -> Response:
        await saving.writer()
        return await page()

    @blueprint.post("/write/adapt")
    async def find_original() -> Response:
        signed, _ = await saving.writer()
        form = await context.sessions.checked_form()
        address = form.get("address", "").replace("\0", "").strip()[:2_000]
        if not address.startswith(("https://", "http://")):
            return await page(address, status=422)
        try:
            record = await context.outbox.objects.visible(address, signed.actor)
        except (FederationError, LookupError, ValueError):
            return await page(address, status=422)
        return redirect(f"/objects/{record.id}/reuse")
