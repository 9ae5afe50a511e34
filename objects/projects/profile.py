"""What a project's profile says in short, for those who read no fields of ours."""

from collections.abc import Sequence
from html import escape
from typing import Final

from objects.experiences.labels import written_day
from objects.projects.fields import Project
from objects.projects.labels import label
from storage.records import ActorRecord

MAX_FIELDS: Final = 4
"""As many as Mastodon shows."""


def profile_fields(
    project: Project, state: str, reach: str, leads: Sequence[ActorRecord]
) -> list[tuple[str, str]]:
    """Names and values (HTML) of the profile's lines; none when only members may know them."""
    if reach == "project":
        return []
    spoken = project.language
    days = [written_day(day, spoken) for day in (project.starts, project.ends) if day]
    found = {
        "state": escape(label(f"state.{state}", spoken)),
        "lead": ", ".join(_linked(person) for person in leads),
        "territory": escape(project.territory_name or project.territory),
        "call": _call(project),
        "funder": escape(project.funder),
        "period": escape(" – ".join(days)),
    }
    return [(label(key, spoken), value) for key, value in found.items() if value][:MAX_FIELDS]


def _linked(person: ActorRecord) -> str:
    address = escape(person.html_url or person.url)
    name = escape(f"{person.name or person.username} ({person.account})")
    return f'<a href="{address}">{name}</a>'


def _call(project: Project) -> str:
    name = escape(project.call or project.call_url)
    return f'<a href="{escape(project.call_url)}">{name}</a>' if project.call_url else name
