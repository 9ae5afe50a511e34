"""Posts in another language."""

from clients.entities.base import Entity


class TranslationPollOption(Entity):
    """A choice."""

    title: str


class TranslationPoll(Entity):
    """The choices of a poll."""

    id: str
    options: list[TranslationPollOption]


class TranslationAttachment(Entity):
    """What is said of a file."""

    id: str
    description: str


class Translation(Entity):
    """A post in the language `language`, by the service `provider`."""

    content: str
    spoiler_text: str
    language: str
    detected_source_language: str
    provider: str
    media_attachments: list[TranslationAttachment]
    poll: TranslationPoll | None = None
