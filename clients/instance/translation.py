"""Posts in another language, if the administrator named a service that translates."""

import msgspec

from clients.door import Call, Door, missing
from clients.entities.statuses import Status
from clients.entities.translation import (
    Translation,
    TranslationAttachment,
    TranslationPoll,
    TranslationPollOption,
)
from clients.rendering.statuses import lines_by_ids, statuses
from objects import translation
from objects.reading import MAX_LANGUAGE
from storage.records import ObjectRecord
from storage.store import Tx


class Wanted(msgspec.Struct):
    """Into which language; the member's own without one."""

    lang: str = ""


def add_translation_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/instance/translation_languages", who="anyone")
    async def languages(call: Call) -> dict[str, list[str]]:
        if call.context.translator is None:
            return {}
        return await call.context.translator.languages()

    @door.post("/api/v1/statuses/<int:status_id>/translate", "read:statuses")
    async def translate(call: Call, status_id: int) -> Translation:
        translator = call.context.translator
        if translator is None:
            raise missing()
        wanted = (await call.read(Wanted)).lang or call.token.member.language
        target = (wanted or call.context.settings.language)[:MAX_LANGUAGE].lower()
        record, status = await _found(call, status_id)
        made = await translator.translate(record, _source(status), target)
        return _entity(status, made, target)


async def _found(call: Call, status_id: int) -> tuple[ObjectRecord, Status]:
    async def operation(tx: Tx) -> tuple[ObjectRecord, Status] | None:
        lines = await lines_by_ids(tx, call.viewer, [status_id])
        if not lines:
            return None
        made = await statuses(tx, call.context, call.viewer, lines)
        return lines[0].record, made[0].reblog or made[0]

    found = await call.store.query(operation)
    if found is None:
        raise missing()
    return found


def _source(status: Status) -> translation.Source:
    described = {one.id: one.description for one in status.media_attachments if one.description}
    options = [option.title for option in status.poll.options] if status.poll else []
    return translation.Source(status.content, status.spoiler_text, options, described)


def _entity(status: Status, made: translation.Translation, target: str) -> Translation:
    poll = None
    if status.poll is not None:
        options = [TranslationPollOption(title=title) for title in made.source.options]
        poll = TranslationPoll(id=status.poll.id, options=options)
    return Translation(
        content=made.source.content,
        spoiler_text=made.source.spoiler,
        language=target,
        detected_source_language=made.language,
        provider=made.provider,
        media_attachments=[
            TranslationAttachment(id=number, description=text)
            for number, text in made.source.descriptions.items()
        ],
        poll=poll,
    )
