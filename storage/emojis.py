"""The custom emoji of this node."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class EmojiRecord:
    """A picture for `:shortcode:`; `hidden` ones are shown but not offered."""

    host: str
    shortcode: str
    url: str
    updated_at: int
    category: str = ""
    hidden: int = 0
    static_url: str = ""
    file: str = ""

    @property
    def still(self) -> str:
        """The address of the picture that does not move."""
        return self.static_url or self.url


class EmojiStatements(Statements):
    """What is asked of the custom emoji of one host, ours."""

    async def all(self, host: str) -> list[EmojiRecord]:
        """Every one, by category and name."""
        return await self.all_of(
            EmojiRecord, "from emojis where host = $1 order by category, shortcode", host
        )

    async def named(self, host: str, shortcodes: list[str]) -> dict[str, EmojiRecord]:
        """Those with these names."""
        if not shortcodes:
            return {}
        found = await self.all_of(
            EmojiRecord, "from emojis where host = $1 and shortcode = any($2)", host, shortcodes
        )
        return {emoji.shortcode: emoji for emoji in found}

    async def put(self, emoji: EmojiRecord) -> None:
        """Add one, or replace the one of this name."""
        await self.insert(
            "emojis",
            emoji,
            rest="on conflict (host, shortcode) do update set url = excluded.url, "
            "updated_at = excluded.updated_at, category = excluded.category, "
            "hidden = excluded.hidden, static_url = excluded.static_url, file = excluded.file",
        )

    async def set_hidden(self, host: str, shortcode: str, hidden: int) -> bool:
        """Offer one no more, or again; False when there is none of this name."""
        changed = await self.connection.execute(
            "update emojis set hidden = $3 where host = $1 and shortcode = $2",
            host,
            shortcode,
            hidden,
        )
        return changed > 0

    async def remove(self, host: str, shortcode: str) -> bool:
        """Drop one; False when there is none of this name."""
        removed = await self.connection.execute(
            "delete from emojis where host = $1 and shortcode = $2", host, shortcode
        )
        return removed > 0
