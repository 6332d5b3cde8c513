"""The picture of an event."""

from functools import partial
from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from campaign.events.editing import change_picture
from campaign.events.models import Event
from campaign.events.operations import set_picture
from campaign.events.queries import event_in_any_state
from campaign.organize.access import allowed, takes_bytes
from campaign.organize.audited_write import act
from campaign.organize.content_fields import sent_version
from campaign.organize.edit_conflicts import Editor, save
from campaign.organize.events.routes import back_to, blueprint, fact_of, load_event
from campaign.organize.picture_forms import (
    MAX_UPLOAD_BYTES,
    PictureForm,
    shown_picture,
)
from campaign.process.clock import utcnow


@blueprint.get("/<slug>/picture")
@allowed("events.edit", load_event)
def picture(event: Event) -> ResponseReturnValue:
    return _page(event, _form_of(event))


@blueprint.post("/<slug>/picture")
@takes_bytes(MAX_UPLOAD_BYTES)
@allowed("events.edit", load_event)
def save_picture(event: Event) -> ResponseReturnValue:
    form = PictureForm()
    if not form.validate_about(has_picture=event.picture is not None, spoken=[event.original_lang]):
        return _page(event, form, 422)
    alts = form.alts([text.lang for text in event.texts])
    save(
        Editor(form, partial(event_in_any_state, event.slug), _form_of, _page),
        fact_of("events.edit", event, part="picture"),
        change_picture,
        event_id=event.id,
        picture=form.sent,
        focal=form.focal(),
        alts=alts,
        now=utcnow(),
    )
    flash(_("Saved."), "sure")
    return back_to(event.slug)


@blueprint.post("/<slug>/picture/remove")
@allowed("events.edit", load_event)
def remove_picture(event: Event) -> ResponseReturnValue:
    act(
        fact_of("events.edit", event, part="picture"),
        set_picture,
        event_id=event.id,
        picture=None,
        version=sent_version(),
        now=utcnow(),
    )
    flash(_("The picture is taken away."), "sure")
    return redirect(url_for("organize.events.picture", slug=event.slug), 303)


@blueprint.get("/<slug>/picture-<digest>.webp")
@allowed("events.see", load_event)
def picture_file(event: Event, digest: str) -> ResponseReturnValue:
    """Return the picture for organizers, before it is public."""
    if event.picture is None or event.picture.digest != digest:
        abort(404)
    return Response(event.picture.data, mimetype="image/webp")


def _form_of(event: Event) -> FlaskForm:
    alts = {f"alt_{text.lang}": text.picture_alt for text in event.texts}
    known = (
        {"focal_x": event.picture.focal_x, "focal_y": event.picture.focal_y}
        if event.picture
        else {}
    )
    version = event.version_of("picture")
    return PictureForm(
        formdata=None, data={"version": version, **shown_picture(event.picture), **known, **alts}
    )


def _page(event: Event, form: Any, status: int = 200) -> tuple[str, int]:
    shown = event.picture
    address = (
        url_for("organize.events.picture_file", slug=event.slug, digest=shown.digest)
        if shown
        else ""
    )
    written = [
        event.original_lang,
        *(text.lang for text in event.texts if text.lang != event.original_lang),
    ]
    return render_template(
        "organize/events/picture.html",
        event=event,
        title=event.text(g.lang).title,
        form=form,
        shown=shown,
        address=address,
        written=written,
    ), status
