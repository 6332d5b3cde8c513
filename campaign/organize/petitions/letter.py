"""The words of a petition: writing them in three languages, seeing them while writing, and their versions."""

from flask import abort, flash, g, render_template, request
from flask_babel import gettext as _

from campaign.lib.differences import pieces
from campaign.lib.locales import LOCALES
from campaign.lib.markdown import to_html
from campaign.lib.times import utcnow
from campaign.organize.acts import act
from campaign.organize.content_fields import caught_up
from campaign.organize.guard import allowed
from campaign.organize.petitions.forms import MOST_BODY, LetterForm
from campaign.organize.petitions.pages import any_petition, back_to, blueprint, fact_of
from campaign.petitions.editing import ChangedMeanwhile, change_letter, letter_of
from campaign.petitions.operations import WORDS, NotReady
from campaign.petitions.queries import petition_counts, petition_in_any_state


@blueprint.get("/<slug>/letter")
@allowed("petitions.edit", any_petition)
def letter(petition):
    return _page(petition, LetterForm.of(petition))


@blueprint.post("/<slug>/letter")
@allowed("petitions.edit", any_petition)
def save_letter(petition):
    """Save the words; of a petition that has opened, only once its editor saw what becomes a new version."""
    form = LetterForm()
    press = request.form.get("press")
    if not form.validate_for(petition):
        return _page(petition, form, 422)
    texts, is_changed = form.texts(), form.texts() != letter_of(petition)
    if press == "preview" or press == "back":
        return _page(petition, form, shows_preview=press == "preview")
    if is_changed and form.revision.data != petition.text_revision:
        return _conflict(petition, form)
    if is_changed and petition.has_opened(utcnow()) and press != "new-version":
        return _review(petition, form)
    fact = fact_of("petitions.edit", petition, part="letter", languages=sorted(texts), changed=is_changed)
    try:
        named = {"revision": form.revision.data, "texts": texts, "now": utcnow()}
        changed = act(fact, change_letter, petition_id=petition.id, **named)
    except ChangedMeanwhile:
        return _conflict(petition_in_any_state(petition.slug), form)
    except NotReady:
        # It was published between two looks at it: the same words are now asked to be whole.
        present = petition_in_any_state(petition.slug)
        form.validate_for(present)
        return _page(present, form, 422)
    flash(_saved(changed, is_changed), "sure")
    return back_to(petition)


@blueprint.post("/new/letter-as-read")
@allowed("petitions.edit")
def letter_as_read():
    """Return Markdown as readers will see it: what the page asks for while somebody writes."""
    body = request.form.get("body", "")[:MOST_BODY]
    return render_template("organize/petitions/letter_as_read.html", body=to_html(body))


@blueprint.get("/<slug>/versions/")
@allowed("petitions.see", any_petition)
def versions(petition):
    return render_template("organize/petitions/versions.html", petition=petition, title=_title(petition))


@blueprint.get("/<slug>/versions/<int:number>")
@allowed("petitions.see", any_petition)
def version(petition, number):
    """One version, and how it came from the one before."""
    by_number = {each.number: each for each in petition.versions}
    if number not in by_number:
        abort(404)
    before = _texts(by_number[number - 1]) if number - 1 in by_number else {}
    return render_template(
        "organize/petitions/version.html",
        petition=petition,
        title=_title(petition),
        version=by_number[number],
        changes=_changes(before, _texts(by_number[number])),
    )


def _page(petition, form, status=200, *, shows_preview=False, conflicting=()):
    return render_template(
        "organize/petitions/letter.html",
        petition=petition,
        form=form,
        order=[petition.original_lang, *(lang for lang in LOCALES if lang != petition.original_lang)],
        letters={lang: to_html(form[f"body_{lang}"].data or "") for lang in LOCALES},
        shows_preview=shows_preview,
        conflicting=conflicting,
        has_opened=petition.has_opened(utcnow()),
        count=petition_counts([petition.id]).get(petition.id, 0),
    ), status


def _review(petition, form):
    return render_template(
        "organize/petitions/letter_review.html",
        petition=petition,
        form=form,
        changes=_changes(letter_of(petition), form.texts()),
        count=petition_counts([petition.id]).get(petition.id, 0),
    )


def _conflict(petition, form):
    """Show both texts, and let the editor save theirs knowing the other: nothing is overwritten unseen."""
    return _page(petition, form, 409, conflicting=caught_up(form, LetterForm.of(petition)))


def _saved(petition, is_changed):
    if not is_changed:
        return _("Nothing was different, so nothing was changed.")
    if petition.has_opened(utcnow()):
        return _("Saved as version %(number)s.", number=petition.current_version.number)
    return _("Saved.")


def _texts(version):
    return {text.lang: {name: getattr(text, name) for name in WORDS} for text in version.texts}


def _changes(before, after):
    """Return [(language, part, pieces)] of what differs."""
    return [
        (lang, part, pieces(old, new))
        for lang in LOCALES
        for part in ("title", "summary", "organisation", "body")
        if (old := before.get(lang, {}).get(part, "")) != (new := after.get(lang, {}).get(part, ""))
    ]


def _title(petition):
    return petition.current_version.text(g.lang, petition.original_lang).title
