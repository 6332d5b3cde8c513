"""Edit an update's texts in all languages, with a live preview, and what it is about."""

from functools import partial
from typing import Any

from flask import flash, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.events.queries import event_by_id, events_ahead, events_past
from campaign.i18n.locales import LOCALES, NAMES
from campaign.organize.access import allowed
from campaign.organize.drafts import preview_asked
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.scope import petitions_where
from campaign.organize.updates.forms import WordsForm
from campaign.organize.updates.routes import back_to, blueprint, fact_of, load_update, preview_page
from campaign.process.clock import utcnow
from campaign.text.markdown import to_html
from campaign.updates import operations
from campaign.updates.body_pictures import pictures_of
from campaign.updates.models import Update
from campaign.updates.queries import update_in_any_state

MAX_EVENTS = 50


@blueprint.get("/<slug>/words")
@allowed("updates.edit", load_update)
def words(update: Update) -> ResponseReturnValue:
    return _writing_page(update, WordsForm.of(update))


@blueprint.post("/<slug>/words")
@allowed("updates.edit", load_update)
def save_words(update: Update) -> ResponseReturnValue:
    form = _about(WordsForm(), update)
    if not form.validate_for(update):
        return _writing_page(update, form, 422)
    if preview_asked():
        return preview_page(update, **_as_typed(form, update))
    about = operations.Links(
        tuple(map(int, form.petitions.data)), int(form.event.data) if form.event.data else None
    )
    try:
        save(
            Editor(
                form,
                partial(update_in_any_state, update.slug),
                lambda present: _about(WordsForm.of(present), present),
                _writing_page,
            ),
            fact_of("updates.edit", update),
            operations.change_update,
            update_id=update.id,
            texts=form.texts(),
            links=about,
            now=utcnow(),
        )
    except operations.UpdateNotReady as fact:
        form.form_errors.append(_not_ready(fact))
        return _writing_page(update, form, 422)
    flash(_("Saved."), "success")
    return back_to(update.slug)


def _as_typed(form: Any, update: Update) -> dict[str, Any]:
    """Return the entered texts as fields of an UpdatePage."""
    texts = form.texts()
    lang = next(
        (each for each in (g.lang, update.original_lang) if each in texts),
        next(iter(texts), g.lang),
    )
    words = texts.get(lang) or {"title": "", "body": ""}
    shown = {
        "lang": lang,
        "title": words["title"],
        "body": to_html(words["body"], pictures_of(update, lang)),
        "languages": tuple(texts),
    }
    return {**shown, "summary": summary} if (summary := words.get("summary")) else shown


def _writing_page(update: Update, form: Any, status: int = 200) -> tuple[str, int]:
    first = update.original_lang
    return render_template(
        "organize/updates/words.html",
        update=update,
        form=_about(form, update),
        order=[first, *(lang for lang in LOCALES if lang != first)],
        bodies={
            lang: to_html(form[f"body_{lang}"].data or "", pictures_of(update, lang))
            for lang in LOCALES
        },
        pictures={lang: pictures_of(update, lang) for lang in LOCALES},
    ), status


def _about(form: Any, update: Any) -> Any:
    """Offer what the update may be about; return the form.

    These are the petitions and events of its cause, and its current event.
    """
    now = utcnow()
    petitions = [
        (each.id, each.title)
        for each in petitions_where("petitions.see")
        if each.cause_id == update.cause_id
    ]
    near = {"cause_id": update.cause_id, "limit": MAX_EVENTS}
    events = {each.id: each for each in (*events_ahead(now, **near), *events_past(now, **near))}
    if update.event_id and update.event_id not in events:
        events[update.event_id] = event_by_id(update.event_id)
    return form.offer(
        petitions,
        [
            (each.id, f"{each.text(g.lang).title} ({each.starts_local:%Y-%m-%d})")
            for each in events.values()
        ],
    )


def _not_ready(fact: operations.UpdateNotReady) -> str:
    lacking = {
        "title": _("title"),
        "body": _("text"),
        "picture_alt": _("description of the picture"),
        "body_alt": _("description of a picture in the text"),
    }
    parts = ", ".join(f"{lacking[part]} ({NAMES[lang]})" for part, lang in fact.faults)
    return _("This is public, so it must stay complete. Missing: %(parts)s.", parts=parts)
