"""Every page that people read, with who reads it; `{…}` stands for what `furnish` gave."""

import re
from dataclasses import dataclass
from typing import Final

STRANGER: Final = ""
STATUS: Final = {
    ("/not-a-page", ""): 404,
    ("/setup", ""): 410,
    ("/admin/members", "emile"): 403,
    ("/oauth/authorize?client_id=unknown", ""): 400,
}


@dataclass(frozen=True, slots=True)
class Place:
    """An address, and whose browser shows it."""

    path: str
    who: str

    @property
    def status(self) -> int:
        """What the server answers."""
        return STATUS.get((self.path, self.who), 200)

    def __str__(self) -> str:
        """How a test names it."""
        return f"{self.path} {self.who or 'stranger'}"


def _places(who: str, *paths: str) -> list[Place]:
    return [Place(path, who) for path in paths]


PUBLIC: Final = _places(
    STRANGER,
    "/",
    "/@nour",
    "/@greta",
    "/objects/{experience}",
    "/objects/{derived}",
    "/objects/{experience}/print",
    "/objects/{experience}/embed",
    "/experiences",
    "/experiences?q=numérique",
    "/experiences?q=rienquicorresponde",
    "/vocabularies",
    "/vocabularies/theme",
    "/concepts/modality/afest",
    "/ns",
    "/ns/modality",
    "/ns/modality/afest",
    "/mentions-legales",
    "/confidentialite",
    "/accessibilite",
    "/report?about=/objects/{experience}",
    "/report/{receipt}",
    "/follow?uri={origin}/users/greta",
    "/tags/afest",
    "/not-a-page",
)
SIGN_IN: Final = [
    *_places(
        STRANGER, "/sign-in", "/invitation/{invitation}", "/sign-in/link?code={link}", "/setup"
    ),
    *_places(
        "nour",
        "/sign-in/again",
        "/oauth/authorize?response_type=code&client_id={app}&redirect_uri=tusky%3A%2F%2Fback"
        "&scope=read+write:media+push+admin:read",
    ),
    *_places(STRANGER, "/oauth/authorize?client_id=unknown"),
]
WORKSPACE: Final = [
    *_places(
        "nour",
        "/authorize_interaction?uri=https://far.example/users/max",
        "/",
        "/dashboard",
        "/write",
        "/write/full",
        "/write/interview",
        "/drafts",
        "/drafts/{draft}",
        "/drafts/{draft}/full",
        "/drafts/{draft}/interview",
        "/drafts/{draft}/preview",
        "/drafts/{draft}/compare",
        "/drafts/{draft}/delete",
        "/my/experiences",
        "/objects/{experience}",
        "/objects/{experience}/versions",
        "/objects/{experience}/withdraw",
        "/timeline",
        "/read/{experience}",
        "/notifications",
        "/people",
        "/settings",
        "/settings/profile",
        "/settings/posting",
        "/settings/notifications",
        "/settings/export",
        "/settings/move",
        "/people/{actor}",
        "/settings/security",
        "/settings/security/codes",
        "/settings/security/mail/x",
        "/settings/apps",
        "/settings/delete",
    ),
    *_places("rene", "/dashboard", "/read/{experience}"),
]
PROJECTS: Final = [
    *_places(
        STRANGER,
        "/projects",
        "/projects?q=rienquicorresponde&state=idea&territory=50",
        "/@rva",
        "/projects/{project}",
        "/projects/{project}/about",
        "/projects/{project}/members",
        "/projects/{project}/notes/{note}",
        "/projects/{project}/milestones",
        "/projects/{project}/milestones/{milestone}",
        "/projects/{project}/decisions",
        "/projects/{project}/decisions/{proposal}",
        "/projects/{project}/calls",
        "/calls",
        "/calls?skill=animation&territory=calvados",
        "/calls/{call}",
        "/objects/{note}",
        "/p/{reading}",
        "/projects/{project}/experiences",
    ),
    *_places(
        "nour",
        "/projects/{project}",
        "/projects/{project}?kind=difficulty&milestone={milestone}",
        "/projects/{project}/notes/{note}",
        "/projects/{project}/notes/{note}/edit",
        "/projects/{project}/notes/{secret_note}",
        "/projects/{project}/notes/{decision}",
        "/projects/{project}/members",
        "/projects",
        "/projects/new",
        "/projects/new?form=whole",
        "/projects/{project}/settings",
        "/projects/{project}/keep",
        "/projects/{project}/give-up",
        "/projects/{project}/close",
        "/projects/{project}/close/{project_draft}",
        "/projects/{project}/report",
        "/projects/{project}/links",
        "/projects/{project}/members/{partner}",
        "/projects/{project}/leave",
        "/projects/{project}/milestones",
        "/projects/{project}/milestones/new",
        "/projects/{project}/milestones/{milestone}",
        "/projects/{project}/milestones/{milestone}/edit",
        "/projects/{project}/deliverables/new",
        "/projects/{project}/decisions/new",
        "/projects/{project}/decisions/{proposal}",
        "/projects/{project}/calls/new",
        "/projects/{project}/calls/{call}/edit",
        "/calls/{call}",
    ),
    *_places(
        "rene",
        "/drafts",
        "/drafts/notes/{lost_note}",
        "/drafts/notes/{lost_note}/delete",
        "/projects",
        "/projects/{project}",
        "/projects/{project}/about",
        "/projects/{project}/join",
        "/calls/{call}",
    ),
    *_places("lea", "/projects", "/projects/{project}/leave"),
]
EVENTS: Final = [
    *_places(
        STRANGER,
        "/events",
        "/events?past=1",
        "/objects/{event}",
        "/objects/{cancelled_event}",
        "/projects/{project}/calendar",
    ),
    *_places(
        "nour",
        "/events",
        "/events/new",
        "/events/{event}/edit",
        "/events/{event}/attendance",
        "/events/{asked_event}/attendance",
        "/events/{event}/attendance/print",
        "/read/{event}",
        "/projects/{project}/calendar",
        "/projects/{project}/events/new",
        "/projects/{project}/notes/{project_event}",
    ),
    *_places("emile", "/read/{event}", "/read/{asked_event}", "/projects/{project}/calendar"),
]
ADMINISTRATION: Final = [
    *_places(
        "lea",
        "/admin",
        "/admin/members",
        "/admin/members/nour",
        "/admin/departures/nour",
        "/admin/invitations",
        "/admin/projects",
        "/admin/projects/rva",
        "/admin/publishing",
        "/admin/imports",
        "/admin/organisation",
        "/admin/appearance",
        "/admin/legal",
        "/admin/rules",
        "/admin/announcements",
        "/admin/announcements/{announcement}",
        "/admin/emoji",
        "/admin/deliveries",
        "/admin/deliveries/{experience}",
        "/admin/servers",
        "/admin/network",
        "/admin/domains",
        "/admin/reports",
        "/admin/measures",
        "/admin/reports/{report}",
        "/admin/audit",
        "/admin/audit?who=x&since=2026-01-01",
        "/admin/tokens",
        "/admin/mails",
        "/admin/settings",
    ),
    *_places("emile", "/admin/review", "/admin/members"),
]
ALL: Final = [*PUBLIC, *SIGN_IN, *WORKSPACE, *PROJECTS, *EVENTS, *ADMINISTRATION]

# Routes behind which no page is: documents for machines, files, feeds, ways that lead on.
NO_PAGES: Final = frozenset(
    {
        "/actor", "/actor/outbox", "/activities/<int:number>", "/admin/audit.csv",
        "/admin/invitations/<path:_>", "/admin/members/<username>/<path:_>",
        "/admin/projects/<project_name>/<path:_>",
        "/drafts/<int:number>/suggestions", "/emojis/<shortcode>", "/graph.nt", "/health",
        "/language", "/media/<file>", "/media/proxy/<seal>/<token>",
        "/nodeinfo/<version>", "/p/<secret>/files/<int:number>/<name>",
        "/objects/<int:number>/context", "/objects/<int:number>/likes",
        "/objects/<int:number>/replies", "/objects/<int:number>/shares",
        "/objects/<int:number>/edit", "/objects/<int:number>/reuse", "/oembed", "/post",
        "/projects/files/<int:number>/<file>",
        "/projects/files/<int:number>/<leave>/<file>",
        "/objects/<int:number>/quotes/<int:quoting>", "/read/<int:object_id>/edit", "/robots.txt",
        "/settings/security/codes/picture.svg",
        "/sign-in/code", "/sign-in/oidc", "/sign-in/oidc/back", "/sign-in/mail",
        "/sign-in/password", "/theme.css", "/unsubscribe", "/write/adapt",
    }
)  # fmt: skip
MACHINES: Final = re.compile(
    r"/api/.*|/oauth/userinfo|/\.well-known/.*|/users/.*|/static/.*|.*\.\w+$|.*\.<.*|/sitemap.*"
)
