"""A cause before everybody's eyes: the preview, publishing it, putting it away."""

from flask import flash, g, render_template, request
from flask_babel import gettext as _
from flask_babel import refresh

from campaign.causes.operations import publish_cause
from campaign.causes.pages import page as cause_page
from campaign.events.pages import cards_ahead, cards_past
from campaign.lib.locales import NAMES
from campaign.lib.times import utcnow
from campaign.organize.acts import act
from campaign.organize.causes import any_cause, back_to, blueprint, fact_of
from campaign.organize.guard import allowed
from campaign.petitions.cards import cards_of_cause
from campaign.petitions.operations import retire_cause
from campaign.updates.pages import recent_cards


@blueprint.post("/<slug>/publish")
@allowed("causes.publish", any_cause)
def publish(cause):
    act(fact_of("causes.publish", cause), publish_cause, cause_id=cause.id)
    flash(_("Published. It stands at its address from now on."), "sure")
    return back_to(cause.slug)


@blueprint.post("/<slug>/archive")
@allowed("causes.publish", any_cause)
def archive(cause):
    act(fact_of("causes.archive", cause), retire_cause, cause_id=cause.id)
    flash(_("Archived. It stands in no list any more, and its petitions are closed."), "sure")
    return back_to(cause.slug)


@blueprint.get("/<slug>/preview")
@allowed("causes.see", any_cause)
def preview(cause):
    """The public page as it will be, for organizers alone; in the language asked for by `?lang=`."""
    if request.args.get("lang") in NAMES:
        g.lang = request.args["lang"]
        refresh()
    now = utcnow()
    shown = cause_page(cause, g.lang)
    return render_template(
        "organize/causes/preview.html",
        cause=shown,
        petitions=cards_of_cause(cause.id, g.lang, now),
        events=cards_ahead(g.lang, now, cause_id=cause.id),
        past_events=cards_past(g.lang, now, cause_id=cause.id),
        updates=recent_cards(g.lang, now, cause_id=cause.id),
    )
