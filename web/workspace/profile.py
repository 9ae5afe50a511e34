"""`/settings/profile`: what others read about a member."""

import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace
from quart import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from actors.extras import extras_of
from actors.local import MAX_FIELDS, ProfileChanges
from federation.errors import Refused
from objects.choices import ProfileChoices, profile_choices, save_profile_choices
from objects.media import store_upload
from objects.vocabularies.names import ROLE, THEME
from outbox.acts.profile import (
    MAX_FIELD_NAME,
    MAX_FIELD_VALUE,
    MAX_NAME,
    MAX_SUMMARY,
    ProfileText,
    change_typed_profile,
    profile_text,
)
from storage.concepts import Concept
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area, line, pick, rows, several, ticked, upload
from web.rendering import redirect
from web.rules import longest, required
from web.sessions import SignedIn
from web.texts import LANGUAGE_NAMES, mark

PICTURES: Final = ("icon", "image")


class FieldRow(Form):
    """One fact about somebody."""

    name = line(mark("What"), longest(MAX_FIELD_NAME))
    value = line(mark("Text or address"), longest(MAX_FIELD_VALUE))


class ProfileForm(Form):
    """Everything about a member that others see, and how they are found."""

    name = line(mark("Name"), required(), longest(MAX_NAME), autocomplete="name")
    summary = area(
        mark("About me"),
        longest(MAX_SUMMARY),
        hint=mark("What you do, where, what you would like to exchange about."),
    )
    role = pick(mark("Role in training"))
    skills = several(mark("What I know well"))
    icon = upload(mark("Portrait"), hint=mark("A square picture; others see it small."))
    remove_icon = ticked(mark("Remove the portrait"))
    image = upload(mark("Header"), hint=mark("A wide picture at the top of my page."))
    remove_image = ticked(mark("Remove the header"))
    fields = rows(
        mark("Facts"),
        FieldRow,
        at_most=MAX_FIELDS,
        hint=mark("For example: Site, Telephone at work, Town."),
    )
    language = pick(mark("Language of this site for me"))
    discoverable = ticked(mark("People may find me by my name"))
    indexable = ticked(mark("Search engines may show my page and my messages"))
    locked = ticked(mark("I decide who may follow me"))
    hides_network = ticked(mark("Do not show whom I follow and who follows me"))
    automated = ticked(mark("A program writes in my name"))


def add_profile_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The form, and what becomes of it."""

    @blueprint.route("/settings/profile", methods=["GET", "POST"])
    async def profile() -> Response:
        signed = await context.sessions.required("reader")
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await _form(context, signed, sent)
        if sent is not None and "add" in sent:
            form.fields.append_entry()
        elif sent is not None and form.validate() and await _save(context, signed, form):
            return redirect("/settings/profile", done="saved")
        return await context.renderer.render(
            "workspace/profile.html",
            index=False,
            form=form,
            full=len(form.fields.entries) >= MAX_FIELDS,
            status=422 if sent is not None and "add" not in sent else 200,
        )


async def _form(context: WebContext, signed: SignedIn, sent: Any) -> ProfileForm:
    async def known(tx: Tx) -> tuple[ProfileChoices, ProfileText, dict[str, list[Concept]]]:
        chosen = await profile_choices(tx, signed.actor.id)
        text = await profile_text(tx, signed.actor)
        return chosen, text, await tx.concepts.of_schemes((ROLE, THEME))

    chosen, text, concepts = await context.store.query(known)
    files = await request.files if sent is not None else None
    form = await context.renderer.form(
        ProfileForm, sent, files=files, data=_present(signed, chosen, text)
    )
    _, language = await context.renderer.translate(), await context.renderer.language()
    form.role.choices = [("", _("Not said")), *labels_of(concepts.get(ROLE, []), language)]
    form.skills.choices = labels_of(concepts.get(THEME, []), language)
    form.language.choices = [("", _("As my browser asks")), *LANGUAGE_NAMES.items()]
    return form


def _present(signed: SignedIn, chosen: ProfileChoices, text: ProfileText) -> dict[str, Any]:
    actor = signed.actor
    return {
        "name": actor.name,
        "summary": text.note,
        "role": chosen.role,
        "skills": list(chosen.skills),
        "fields": [{"name": name, "value": value} for name, value in text.fields],
        "language": signed.member.language,
        "discoverable": bool(actor.discoverable),
        "indexable": bool(actor.indexable),
        "locked": bool(actor.locked),
        "hides_network": bool(actor.hides_network),
        "automated": extras_of(actor).bot,
    }


def labels_of(concepts: Sequence[Concept], language: str) -> list[tuple[str, str]]:
    """Concepts to choose from, in the order of the alphabet: É stands with E."""
    labels = [(c.uri, c.label(language)) for c in concepts if not c.deprecated]
    return sorted(labels, key=lambda pair: unicodedata.normalize("NFKD", pair[1]).casefold())


async def _save(context: WebContext, signed: SignedIn, form: ProfileForm) -> bool:
    """Keep everything, or (False) say beside a picture what is wrong with it."""
    pictures: dict[str, str | None] = {}
    for name in PICTURES:
        try:
            pictures[name] = await uploaded_picture(context, signed.actor, form, name)
        except Refused as refused:
            form.refuse(name, await picture_problem(context, refused))
    if form.errors:
        return False
    changes = ProfileChanges(
        name=form.name.data,
        icon=pictures["icon"],
        image=pictures["image"],
        discoverable=form.discoverable.data,
        indexable=form.indexable.data,
        locked=form.locked.data,
        hides_network=form.hides_network.data,
        extras=replace(extras_of(signed.actor), bot=form.automated.data),
    )
    rows_typed = [row.form for row in form.fields.entries]
    await change_typed_profile(
        context.outbox,
        signed.actor,
        changes,
        note=form.summary.data or "",
        fields=[(one.name.data or "", (one.value.data or "").strip()) for one in rows_typed],
    )
    kept = ProfileChoices(form.role.data or "", tuple(form.skills.data or ()))

    async def operation(tx: Tx) -> None:
        await save_profile_choices(tx, signed.actor.id, kept)
        await tx.members.set_language(signed.actor.id, form.language.data or "")

    await context.store.write(operation)
    return True


async def uploaded_picture(
    context: WebContext, actor: ActorRecord, form: Any, name: str
) -> str | None:
    """The address of a new picture, '' to take it away, None to leave it. Raises `Refused`."""
    given = form[name].data
    if isinstance(given, FileStorage) and given.filename:
        content = given.read()
        if not content:
            return None
        media = await store_upload(
            context.store, context.files, context.limits, actor, content, "", context.now()
        )
        if not media.media_type.startswith("image/"):
            raise Refused(415, "unsupported-media", "not a picture")
        return context.outbox.identifiers.media(media.file)
    return "" if form[f"remove_{name}"].data else None


async def picture_problem(context: WebContext, refused: Refused) -> str:
    """What is wrong with a picture, in the page's language."""
    _ = await context.renderer.translate()
    if refused.status == 413:
        return _("This picture is too large. Choose a smaller one.")
    return _("This file cannot be read as a picture. Use JPEG, PNG, GIF or WebP.")
