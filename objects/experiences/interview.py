"""Twelve questions for somebody who would rather talk; the answers become fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from objects.experiences.fields import MAX_TITLE, Experience
from objects.experiences.rows import joined, lines, tool_lines, tools_of


@dataclass(frozen=True, slots=True)
class Question:
    """A question, by the name of the field that its answer fills."""

    field: str
    # how its answer becomes a value: as text, a list of lines, or tools
    kind: str = "text"


QUESTIONS: Final = (
    Question("summary"),
    Question("context"),
    Question("public_details"),
    Question("objectives", "lines"),
    Question("approach"),
    Question("tools", "tools"),
    Question("rhythm"),
    Question("results"),
    Question("caveats"),
    Question("success_factors"),
    Question("transferability_conditions"),
    Question("next_steps"),
)
TITLE_WORDS: Final = 80
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s|\n")


def answers_of(experience: Experience) -> dict[str, str]:
    """The answers that an experience holds already, by field."""
    return {question.field: _answer(experience, question) for question in QUESTIONS}


def with_answers(experience: Experience, answers: Mapping[str, str]) -> Experience:
    """The experience with these answers; fields without a question keep what they have.

    What it is called is taken from the first sentence while it has no title.
    """
    values = {
        question.field: _value(answers[question.field], question)
        for question in QUESTIONS
        if question.field in answers
    }
    told = replace(experience, **values)
    return told if told.title.strip() else replace(told, title=title_from(told.summary))


def title_from(text: str) -> str:
    """The first sentence of a text, cut at a word when it is long."""
    sentence = _SENTENCE.split(text.strip(), maxsplit=1)[0].strip().rstrip(".")
    if len(sentence) <= TITLE_WORDS:
        return sentence
    return sentence[: TITLE_WORDS + 1].rpartition(" ")[0][:MAX_TITLE].rstrip(" ,;:") + "…"


def _answer(experience: Experience, question: Question) -> str:
    value = getattr(experience, question.field)
    match question.kind:
        case "lines":
            return joined(value)
        case "tools":
            return tool_lines(value)
    return str(value)


def _value(answer: str, question: Question) -> Any:
    match question.kind:
        case "lines":
            return lines(answer)
        case "tools":
            return tools_of(answer)
    return answer.strip()
