"""`/settings`, `/settings/notifications`, `/settings/apps`: what a member chooses."""

from typing import Any, Final

from quart import Blueprint, Response, request

from objects.choices import (
    RHYTHMS,
    THEMES,
    TOPICS,
    MailChoices,
    leaving_at,
    mail_choices,
    save_mail_choices,
)
from objects.vocabularies.names import THEME
from storage.concepts import Concept
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, choice, several
from web.rendering import redirect, register_done
from web.rules import required
from web.texts import mark
from web.workspace.apps import access_of, end_access
from web.workspace.profile import labels_of

_RHYTHM_TEXTS: Final = {
    "immediate": mark("At once"),
    "daily": mark("Once a day"),
    "weekly": mark("Once a week"),
    "none": mark("Never"),
}
TOPIC_TEXTS: Final = {
    "answers": mark("Comments, questions and mentions"),
    "reuses": mark("Somebody reused one of my experiences"),
    "writing": mark("Drafts, reviews and co-authors"),
    "followers": mark("New followers and requests"),
    "thanks": mark("Somebody found my publications useful or shared them"),
    "projects": mark("Projects: invitations, requests, proposals and their answers"),
    "events": mark("Events: requests, answers, other times, cancellations"),
    "entries": mark("New notes in my projects"),
    THEMES: mark("New experiences about my themes"),
}

register_done(
    {
        "mails": mark("Your choices about mails are saved."),
        "revoked": mark("This application no longer has access to your account."),
    }
)


class MailForm(Form):
    """How often mails come, by topic."""

    answers = choice(TOPIC_TEXTS["answers"], (), required())
    reuses = choice(TOPIC_TEXTS["reuses"], (), required())
    writing = choice(TOPIC_TEXTS["writing"], (), required())
    followers = choice(TOPIC_TEXTS["followers"], (), required())
    thanks = choice(TOPIC_TEXTS["thanks"], (), required())
    projects = choice(TOPIC_TEXTS["projects"], (), required())
    events = choice(TOPIC_TEXTS["events"], (), required())
    entries = choice(TOPIC_TEXTS["entries"], (), required())
    themes = choice(TOPIC_TEXTS[THEMES], (), required())
    subjects = several(mark("My themes"))


def add_settings_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The way to all settings, and the applications that have access."""

    @blueprint.get("/settings")
    async def settings() -> Response:
        signed = await context.sessions.required("reader")
        leaving = await context.store.query(lambda tx: leaving_at(tx, signed.actor.id))
        return await context.renderer.render(
            "workspace/settings.html", index=False, leaving=leaving
        )

    @blueprint.get("/settings/apps")
    async def apps() -> Response:
        signed = await context.sessions.required("reader")
        access = await context.store.query(lambda tx: access_of(tx, signed.actor.id))
        return await context.renderer.render("workspace/apps.html", index=False, access=access)

    @blueprint.post("/settings/apps/<int:token_id>/revoke")
    async def revoke_app(token_id: int) -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        now = context.now()
        await context.store.write(lambda tx: end_access(tx, signed.actor.id, token_id, now))
        return redirect("/settings/apps", done="revoked")


def add_mail_settings_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/settings/notifications`."""

    @blueprint.route("/settings/notifications", methods=["GET", "POST"])
    async def mail_settings() -> Response:
        signed = await context.sessions.required("reader")
        sent = await context.sessions.checked_form() if request.method == "POST" else None

        async def known(tx: Tx) -> tuple[MailChoices, list[Concept]]:
            return await mail_choices(tx, signed.actor.id), await tx.concepts.of_scheme(THEME)

        chosen, concepts = await context.store.query(known)
        form = await _mail_form(context, sent, chosen, concepts)
        if sent is not None and form.validate():
            kept = MailChoices(
                {topic: form[topic].data for topic in TOPICS}, tuple(form.subjects.data or ())
            )
            await context.store.write(lambda tx: save_mail_choices(tx, signed.actor.id, kept))
            return redirect("/settings/notifications", done="mails")
        return await context.renderer.render(
            "workspace/mail_settings.html",
            index=False,
            form=form,
            topics=[topic for topic in TOPICS if topic != THEMES],
            address=signed.member.email,
            status=422 if sent is not None else 200,
        )


async def _mail_form(
    context: WebContext, sent: Any, chosen: MailChoices, concepts: list[Concept]
) -> MailForm:
    _, language = await context.renderer.translate(), await context.renderer.language()
    defaults: dict[str, Any] = {topic: chosen.rhythm(topic) for topic in TOPICS}
    form = await context.renderer.form(
        MailForm, sent, data=defaults | {"subjects": list(chosen.themes)}
    )
    rhythms = [(rhythm, _(_RHYTHM_TEXTS[rhythm])) for rhythm in RHYTHMS]
    for topic in TOPICS:
        getattr(form, topic).choices = rhythms
    form.subjects.choices = labels_of(concepts, language)
    return form
