"""How long and how many: the limits of posts, of which apps are told before they write."""

from typing import Final

MAX_CHARACTERS: Final = 10_000
CHARACTERS_PER_URL: Final = 23
"""What an address counts in a post, however long it is; a mention counts without its host."""
MAX_ATTACHMENTS: Final = 4
MAX_OPTIONS: Final = 4
MAX_OPTION_CHARACTERS: Final = 50
MIN_POLL_SECONDS: Final = 300
MAX_POLL_SECONDS: Final = 2_629_746
