"""Link previews as cards."""

from actors.identifiers import Identifiers
from clients.entities.base import moment
from clients.entities.statuses import PreviewCard, PreviewCardAuthor
from storage.apps_reading import CardRecord


def card_entity(card: CardRecord, identifiers: Identifiers) -> PreviewCard:
    """A finished preview; it never holds HTML of others."""
    authors = []
    if card.author_name or card.author_url:
        authors = [PreviewCardAuthor(name=card.author_name, url=card.author_url)]
    return PreviewCard(
        url=card.url,
        title=card.title,
        description=card.description,
        type=card.type,
        author_name=card.author_name,
        author_url=card.author_url,
        provider_name=card.provider_name,
        provider_url=card.provider_url,
        html="",
        width=card.width,
        height=card.height,
        image=identifiers.picture(card.image) or None,
        embed_url="",
        blurhash=None,
        language=card.language or None,
        image_description=card.image_description,
        published_at=None if card.published_at is None else moment(card.published_at),
        authors=authors,
    )
