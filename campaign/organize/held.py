"""The held queue: what was set aside and why, for somebody to look at."""

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.lib.times import utcnow
from campaign.organize.acts import Fact, act, note
from campaign.organize.guard import allowed
from campaign.organize.presence import causes_where
from campaign.organize.scope import chosen, petitions_where
from campaign.organize.signature_forms import ReasonForm
from campaign.organize.signature_words import words
from campaign.organize.signatures import LARGEST_ID
from campaign.signatures import reviewing
from campaign.signatures.finding import held_by_reason, held_for_review
from campaign.signatures.rule_keeping import rules_of

blueprint = Blueprint("held", __name__, url_prefix="/held")
ON_A_PAGE = 20
DECISIONS = {
    "let_through": ("signatures.let_through", reviewing.let_through),
    "reject": ("signatures.reject", reviewing.reject),
}


@blueprint.get("/")
@allowed("signatures.review")
def index():
    return _page(ReasonForm(formdata=None))


@blueprint.post("/")
@allowed("signatures.review")
def decide():
    """Do one thing to the ticked rows, or to exactly those that the page showed."""
    way, _dot, whom = request.form.get("do", "").partition(".")
    ids = numbers("shown" if whom == "shown" else "ticked")
    form = ReasonForm()
    if way not in DECISIONS or not ids:
        flash(_("Nothing was ticked, so nothing was changed."), "waiting")
        return redirect(_here(), 303)
    # Letting through needs no reason: the queue says why it was held.
    if way == "reject" and not form.validate():
        return _page(form, 422, ticked=ids)
    action, operation = DECISIONS[way]
    done = act_by_petition(action, operation, ids, reason=form.reason.data or "")
    if way == "reject":
        flash(ngettext("%(num)s signature is turned away.", "%(num)s signatures are turned away.", done), "sure")
    else:
        flash(ngettext("%(num)s signature goes on.", "%(num)s signatures go on.", done), "sure")
    return redirect(_here(), 303)


def numbers(name):
    """Return the ids in the fields `name` of what was sent, without what is no id."""
    found = (text for text in request.form.getlist(name) if text.isascii() and text.isdecimal() and len(text) < 19)
    return sorted({int(text) for text in found})


def act_by_petition(action, operation, ids, *, reason="", **named):
    """Run a bulk operation for each petition by itself, as each has its own line in the trail; return how many changed."""
    cause_ids, done = causes_where("signatures.review"), 0
    rows = sorted(reviewing.petitions_of(ids))
    for (cause_id, petition_id), group in groupby(rows, key=lambda row: row[:2]):
        some = [row[2] for row in group]
        if cause_ids is not None and cause_id not in cause_ids:
            continue
        fact = Fact(action, on=("petition", petition_id), cause_id=cause_id, reason=reason, details={"signatures": some})
        done += len(act(fact, operation, ids=some, cause_ids=cause_ids, now=utcnow(), **named))
    return done


def after():
    """Return the id after which the page of a queue begins."""
    asked = request.values.get("after", type=int) or 0
    return asked if 0 <= asked <= LARGEST_ID else 0


def note_page(rows, by):
    """Note in the trail that these signatures were shown."""
    if rows:
        note(Fact("signatures.see", details={"by": [by], "shown": len(rows)}))


def _here():
    return url_for("organize.held.index", petition=request.values.get("petition") or None)


def _page(form, status=200, ticked=()):
    petitions = petitions_where("signatures.review")
    ids = [each.id for each in chosen(petitions, request.values.get("petition"))]
    rows = held_for_review(ids, after_id=after(), most=ON_A_PAGE + 1)
    note_page(rows[:ON_A_PAGE], "held")
    page = render_template(
        "organize/held/index.html",
        form=form,
        rows=rows[:ON_A_PAGE],
        has_more=len(rows) > ON_A_PAGE,
        ticked=set(ticked),
        reasons=sorted(held_by_reason(ids).items(), key=lambda each: -each[1]),
        rules={rule.id: rule for rule in rules_of(causes_where("signatures.review"))},
        petitions=petitions,
        chosen_slug=request.values.get("petition") or "",
        titles={each.id: each.title for each in petitions},
        **words(),
    )
    return page, status
