"""What the report of an import says, sentence by sentence; the command line says the same."""

from collections.abc import Callable
from typing import Final

from objects.importing.headings import NAMES
from objects.importing.report import Problem
from web.texts import mark

SENTENCES: Final[dict[str, str]] = {
    # about the whole source
    "bad-table": mark("This file is not a table that can be read: %(value)s."),
    "no-title-column": mark("No column is called “titre” or “title”. The columns are: %(value)s."),
    "too-large": mark("The file is too large: at most %(value)s."),
    "bad-json": mark("This file is not valid JSON: %(value)s."),
    "not-yeswiki": mark("This file holds no entries of a YesWiki form (Bazar)."),
    "bad-xml": mark("This file is not valid XML: %(value)s."),
    "xml-entities": mark("This file defines XML entities: it is refused, as it could do harm."),
    "not-wordpress": mark("This file is not an export of WordPress (WXR)."),
    "bad-zip": mark("This ZIP archive cannot be read: %(value)s."),
    "empty-zip": mark("The ZIP archive holds no file of the right kind (%(value)s)."),
    "too-many-files": mark("There are more than %(value)s files."),
    "no-markdown": mark("There is no Markdown file (.md) in it. Send the folder as a ZIP archive."),
    "is-a-folder": mark("%(value)s is a folder; name the file."),
    "unreadable": mark("The file cannot be read: %(value)s."),
    "too-many-items": mark("Only the first %(value)s texts were looked at."),
    "other-kind": mark("%(value)s entries of the kind “%(field)s” are not texts: left out."),
    "unknown-column-kept": mark("No field is called “%(field)s”: its values go to the context."),
    # about one text
    "unknown-column": mark("No field is called “%(field)s”: kept at the end of the context."),
    "unknown-concept": mark("%(field)s: “%(value)s” is not in the vocabulary; kept as text."),
    "bad-date": mark("%(field)s: “%(value)s” is not a date; kept as text."),
    "bad-number": mark("%(field)s: “%(value)s” is not a number that fits; kept as text."),
    "bad-duration": mark("%(field)s: “%(value)s” is kept as the rhythm."),
    "bad-language": mark("%(field)s: the language “%(value)s” is unknown; kept as text."),
    "bad-address": mark("%(field)s: “%(value)s” is not a web address; kept as text."),
    "unknown-licence": mark("The licence “%(value)s” is unknown: to be checked."),
    "unknown-reach": mark("“%(value)s” does not say who may read: to be checked."),
    "shortened": mark("%(field)s: too long, shortened; the whole stands in the context."),
    "too-long": mark("%(field)s: too long for its field; kept at the end of the context."),
    "twice": mark("%(field)s: said twice; the second is kept at the end of the context."),
    "cut": mark("%(field)s: so long that its end was cut off: “%(value)s”"),
    "encoding": mark("The text was not in UTF-8; read as %(value)s: check the accents."),
    "bad-front-matter": mark("The front matter cannot be read and stays in the text: %(value)s"),
    "unreadable-file": mark("The file %(field)s is too large or damaged."),
    "shortcode": mark("The WordPress shortcode [%(value)s] means nothing here and stays as text."),
    "picture-not-fetched": mark("The picture %(field)s is on the web; its address is kept."),
    "picture-missing": mark("The picture %(field)s was not found; its name is kept."),
    "picture-refused": mark("The picture %(field)s is refused: %(value)s"),
    "picture-undescribed": mark("The picture %(field)s has no description: write a better one."),
    "too-many-pictures": mark("The picture %(field)s is one too many; its name is kept."),
    "refused": mark("Refused: %(value)s"),
    "refused-to-draft": mark("It could not be published, so it is a draft: %(value)s"),
    # what is missing to be published
    "lacks-required": mark("To be completed: %(field)s"),
    "lacks-say-none": mark("To be completed: the difficulties (or “none”)"),
    "lacks-consent": mark("To be confirmed: the people in the pictures agreed"),
}
OTHER_LACK: Final = mark("To be corrected: %(field)s")


def sentence(problem: Problem, translate: Callable[[str], str], language: str) -> str:
    """One problem for people."""
    text = SENTENCES.get(problem.code, OTHER_LACK)
    return translate(text) % {
        "field": field_name(problem.field, language),
        "value": problem.value,
    }


def field_name(name: str, language: str) -> str:
    """A field as people call it; headings of the source stay as they are."""
    if name not in NAMES:
        return name
    return NAMES[name][0] if language == "fr" else name.replace("_", " ")
