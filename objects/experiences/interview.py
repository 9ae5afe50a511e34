"""An interview for somebody who would rather talk: twelve questions, whose answers fill fields."""

import re
from typing import Final

QUESTIONS: Final = (
    "summary",
    "context",
    "public_details",
    "objectives",
    "approach",
    "tools",
    "rhythm",
    "results",
    "caveats",
    "success_factors",
    "transferability_conditions",
    "next_steps",
)
"""The fields that the answers fill, in the order in which one asks."""
LONGEST_TITLE: Final = 80
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s|\n")


def title_from(text: str) -> str:
    """The first sentence of an answer as a title, cut at a word when it is long."""
    sentence = _SENTENCE.split(text.strip(), maxsplit=1)[0].strip().rstrip(".")
    if len(sentence) <= LONGEST_TITLE:
        return sentence
    cut = sentence[: LONGEST_TITLE + 1].rpartition(" ")[0] or sentence[:LONGEST_TITLE]
    return cut.rstrip(" ,;:") + "…"
