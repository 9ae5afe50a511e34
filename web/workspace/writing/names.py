"""What the fields of an experience are called in forms, and what can be wrong with them."""

from collections.abc import Mapping
from typing import Final

from web.texts import mark

LABELS: Final[Mapping[str, str]] = {
    "title": mark("Title"),
    "summary": mark("In short"),
    "context": mark("Where it began"),
    "publics": mark("For whom"),
    "public_number": mark("How many people"),
    "public_details": mark("About these people"),
    "objectives": mark("Objectives"),
    "modalities": mark("How people trained"),
    "approach": mark("How it went, step by step"),
    "tools": mark("Tools and resources"),
    "duration": mark("How long it lasted"),
    "starts": mark("First day"),
    "ends": mark("Last day"),
    "rhythm": mark("Rhythm"),
    "means": mark("Who worked on it"),
    "cost_from": mark("Cost in euros, from"),
    "cost_to": mark("Cost in euros, up to"),
    "funder": mark("Who paid"),
    "results": mark("Results"),
    "indicators": mark("What was measured"),
    "caveats": mark("Difficulties, points to watch"),
    "no_caveats": mark("There was no difficulty worth telling"),
    "success_factors": mark("What helped it succeed"),
    "transferability": mark("Could others do the same?"),
    "transferability_conditions": mark("On which conditions"),
    "next_steps": mark("What comes next"),
    "accessibility": mark("Accessibility, adaptations for disabilities"),
    "partners": mark("Partners"),
    "territory": mark("Place (INSEE code)"),
    "territory_name": mark("Name of the place"),
    "contributors": mark("Co-authors"),
    "author_role": mark("Your own part"),
    "carried_by": mark("Organisation in charge"),
    "contact": mark("Contact"),
    "maturity": mark("How far along is it?"),
    "licence": mark("Licence"),
    "themes": mark("Subjects"),
    "adapted_from": mark("Adapted from"),
    "adaptations": mark("What you changed"),
    "result_here": mark("What came of it at your place"),
    "project": mark("Project that it belongs to"),
    "reach": mark("Who can read it"),
    "language": mark("Language of the text"),
    "consent": mark("People in the pictures"),
    "files": mark("Pictures and files"),
    "agreed": mark("Agreement of the person who was interviewed"),
}
"""Field of an experience → marked text."""

REACH_LABELS: Final[Mapping[str, str]] = {
    "public": mark("Everybody, search engines included"),
    "network": mark("Members of the network’s organisations"),
    "project": mark("Members of a project, on whatever site they are"),
    "organisation": mark("Members of this site only"),
}
SHORT_REACHES: Final[Mapping[str, str]] = {
    "public": mark("everybody"),
    "network": mark("the network"),
    "project": mark("a project"),
    "organisation": mark("this site"),
}
LICENCE_LABELS: Final[Mapping[str, str]] = {
    "CC-BY-SA-4.0": mark("CC BY-SA 4.0: reuse, naming you, under the same licence"),
    "CC-BY-4.0": mark("CC BY 4.0: reuse, naming you"),
    "CC-BY-NC-SA-4.0": mark("CC BY-NC-SA 4.0: reuse without selling, under the same licence"),
    "CC-BY-NC-4.0": mark("CC BY-NC 4.0: reuse without selling"),
    "CC-BY-ND-4.0": mark("CC BY-ND 4.0: share unchanged, naming you"),
    "CC0-1.0": mark("CC0 1.0: free for any use"),
    "etalab-2.0": mark("Licence Ouverte 2.0 (Etalab): reuse, naming you"),
}
TRANSFER_LABELS: Final[Mapping[str, str]] = {
    "1": mark("1: only here"),
    "2": mark("2: with much work"),
    "3": mark("3: with some adjustments"),
    "4": mark("4: anywhere"),
}
UNIT_LABELS: Final[Mapping[str, str]] = {
    "H": mark("hours"),
    "D": mark("days"),
    "W": mark("weeks"),
    "M": mark("months"),
}
LENGTH_LABELS: Final[Mapping[str, str]] = {
    "éclair": mark("quick account"),
    "standard": mark("standard account"),
    "capitalisation": mark("complete account"),
}

PROBLEMS: Final[Mapping[str, str]] = {
    "required": mark("Fill this in: it is needed."),
    "say-none": mark("Tell the difficulties, or tick that there were none."),
    "too-long": mark("This is too long; shorten it."),
    "too-many": mark("There are too many entries; keep the most useful ones."),
    "unknown-concept": mark("One of the choices does not exist any more; choose again."),
    "unknown-person": mark(
        "Nobody was found at this address; it looks like name@site.example. Check it."
    ),
    "bad-url": mark("This is no web address; one looks like https://example.org."),
    "bad-number": mark("Write a number, for example 12."),
    "bad-date": mark("Write a date that exists, for example 2026-11-23."),
    "dates-order": mark("The last day comes before the first one."),
    "bad-duration": mark("Write a number and choose hours, days, weeks or months."),
    "cost-order": mark("The second amount is smaller than the first one."),
    "bad-territory": mark(
        "Write the INSEE code of a town (five characters), of a département (two or three) "
        "or of a région (R28)."
    ),
    "bad-choice": mark("Choose one of the proposals."),
    "reach-narrower": mark(
        "What was published for more people cannot be taken back; withdraw it and publish it anew."
    ),
    "consent": mark(
        "Tick the box once the people who can be recognised have agreed, or remove the pictures."
    ),
    "agreement": mark("Tick the box once the person who was interviewed has agreed to the text."),
}
"""Code of a problem → marked text that says how to mend it."""

LONGEST: Final[Mapping[str, str]] = {
    "title": mark("The title is too long: 150 characters at most."),
    "summary": mark("This is too long: 500 characters at most."),
}
"""Where the length that is possible is worth saying."""


def problem_text(field: str, code: str) -> str:
    """The marked sentence for a problem of a field."""
    if code == "too-long" and field in LONGEST:
        return LONGEST[field]
    return PROBLEMS[code]
