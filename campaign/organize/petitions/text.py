"""Edit the text of a petition in all languages, with a live preview."""

from typing import Any, cast

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.i18n.fallbacks import best_lang
from campaign.organize.core.access import allowed
from campaign.organize.core.drafts import is_preview_requested
from campaign.organize.core.edit_conflicts import save
from campaign.organize.core.languages import original_first, petition_languages
from campaign.organize.core.scope import load_petition
from campaign.organize.petitions.forms import MAX_BODY_LENGTH, TextForm
from campaign.organize.petitions.parts import onward
from campaign.organize.petitions.routes import (
    audit_event_of,
    blueprint,
    editor_of,
    preview_page,
)
from campaign.organize.petitions.versions import review_of, saved
from campaign.petitions.editing import change_petition_text, current_texts
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_counts, petition_in_any_state
from campaign.petitions.readiness import PetitionNotReady
from campaign.petitions.versions import with_kind_texts
from campaign.process.clock import utcnow
from campaign.text.markdown import to_html


@blueprint.get("/<slug>/letter", endpoint="text")
@allowed("petitions.edit", load_petition)
def edit_text(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, TextForm.of(petition))


@blueprint.post("/<slug>/letter")
@allowed("petitions.edit", load_petition)
def save_text(petition: Petition) -> ResponseReturnValue:
    """Save the text.

    Once the petition has opened, the editor first sees what will become a new version.
    """
    form = TextForm.in_languages(petition_languages(petition))()
    press = request.form.get("press")
    if not form.validate_for(petition):
        return _render_page(petition, form, 422)
    texts = with_kind_texts(petition.current_version, form.texts())
    is_changed = texts != current_texts(petition)
    if press == "back":
        return _render_page(petition, form)
    if is_preview_requested():
        return preview_page(petition, **_as_typed(texts, petition.original_lang))
    seen = form.version.data
    if page := review_of(petition, "text", seen, "organize.petitions.text", texts=texts):
        return page
    number = petition.current_version.number
    audit_event = audit_event_of(
        "petitions.edit", petition, part="text", languages=sorted(texts), changed=is_changed
    )
    try:
        changed = save(
            editor_of(petition, form, TextForm.of, _render_page),
            audit_event,
            change_petition_text,
            petition_id=petition.id,
            texts=texts,
            now=utcnow(),
        )
    except PetitionNotReady:
        # The petition was published while we looked, and a public petition's text must be complete.
        present = cast(Petition, petition_in_any_state(petition.slug))
        form.validate_for(present)
        return _render_page(present, form, 422)
    flash(
        saved(number, changed)
        if is_changed
        else _("Nothing changed, because the text is the same."),
        "success",
    )
    return onward(petition, "text")


@blueprint.post("/new/letter-as-read")
@allowed("petitions.edit")
def preview_text() -> ResponseReturnValue:
    """Return Markdown as readers will see it, for the live preview."""
    body = request.form.get("body", "")[:MAX_BODY_LENGTH]
    return render_template("organize/petitions/text_preview.html", body=to_html(body))


def _as_typed(texts: dict[str, dict[str, Any]], original: str) -> dict[str, Any]:
    """Return the entered texts as fields of a PetitionPage."""
    lang = best_lang(texts, g.lang, original) or g.lang
    text = texts.get(lang) or dict.fromkeys(("title", "summary", "published_by", "body"), "")
    unsaved = {name: text[name] for name in ("title", "summary", "published_by")}
    return {**unsaved, "lang": lang, "body": to_html(text["body"]), "languages": tuple(texts)}


def _render_page(petition: Petition | Any, form: Any, status: int = 200) -> tuple[str, int]:
    return render_template(
        "organize/petitions/text.html",
        petition=petition,
        form=form,
        order=original_first(petition.original_lang, form.languages),
        bodies={lang: to_html(form[f"body_{lang}"].data or "") for lang in form.languages},
        has_opened=petition.has_opened(utcnow()),
        count=petition_counts([petition.id]).get(petition.id, 0),
    ), status
