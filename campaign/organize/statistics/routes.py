"""The figures of a petition or a cause: counts, charts, tables, email problems, forecast."""

from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from campaign.causes.models import Cause
from campaign.i18n.countries import country_name
from campaign.i18n.locales import current_locale
from campaign.mail.renderers import names_of
from campaign.organize.core.access import allowed
from campaign.organize.core.identity import may
from campaign.organize.core.scope import (
    PetitionSummary,
    load_cause,
    load_petition,
    petition_summary,
    petitions_where,
)
from campaign.organize.signatures.labels import EVIDENCE_LABELS
from campaign.organize.statistics.figures import (
    RANGES,
    SHARE_DAYS,
    by_day,
    chart,
    goal_forecast,
    recent_figures,
    span_label,
    spans,
)
from campaign.organize.statistics.tables import TABLES, as_csv
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.signatures.counting.aggregates import are_ready
from campaign.signatures.counting.statistics import states

blueprint = Blueprint("numbers", __name__, url_prefix="/numbers")


@blueprint.get("/petitions/<slug>")
@allowed("numbers.see", load_petition)
def petition(petition: Petition) -> ResponseReturnValue:
    row = cast(Petition, petition_by_id(petition.id))
    goal: dict[str, Any] = {"goal": row.goal} if row.state != "closed" else {}
    return _render_page(
        [petition.id], title=petition_summary(row).title, cause=row.cause, petition=row, **goal
    )


@blueprint.get("/causes/<slug>")
@allowed("numbers.see", load_cause)
def cause(cause: Cause) -> ResponseReturnValue:
    own = [petition for petition in petitions_where("numbers.see") if petition.cause_id == cause.id]
    return _render_page(
        [entry.id for entry in own], title=cause.text(_lang()).title, cause=cause, petitions=own
    )


@blueprint.get("/petitions/<slug>/<table>.csv")
@allowed("numbers.see", load_petition)
def petition_table(petition: Petition, table: str) -> ResponseReturnValue:
    return _table(table, petition.slug, [petition.id])


@blueprint.get("/causes/<slug>/<table>.csv")
@allowed("numbers.see", load_cause)
def cause_table(cause: Cause, table: str) -> ResponseReturnValue:
    return _table(
        table,
        cause.slug,
        [
            petition.id
            for petition in petitions_where("numbers.see")
            if petition.cause_id == cause.id
        ],
    )


def _render_page(
    petition_ids: list[int],
    *,
    title: str,
    cause: Cause,
    petition: Petition | None = None,
    petitions: Sequence[PetitionSummary] = (),
    goal: int = 0,
) -> ResponseReturnValue:
    counts = states(petition_ids)
    about = {
        "title": title,
        "cause": cause,
        "petition": petition,
        "petitions": petitions,
        "counts": counts,
        "tables": TABLES,
    }
    if not are_ready():
        return render_template(
            "organize/numbers/show.html",
            **about,
            figures=None,
            chosen_range="month",
            may_review=may("signatures.review", cause),
        )
    figures = recent_figures(petition_ids)
    chosen = request.args.get("range") if request.args.get("range") in RANGES else "month"
    drawn = spans(figures.hours, chosen)
    today = by_day(figures.hours)[-1]
    return render_template(
        "organize/numbers/show.html",
        **about,
        figures=figures,
        today=today,
        chosen_range=chosen,
        shown_sure=sum(span.sure for span in drawn),
        shown_waiting=sum(span.waiting for span in drawn),
        span_label=span_label,
        wide=chart(drawn, height=300),
        narrow=chart(drawn, width=358, height=230, labels=4),
        forecast=goal_forecast(figures.hours, count=counts.counted, goal=goal) if goal else None,
        share_days=SHARE_DAYS,
        evidence_labels=EVIDENCE_LABELS,
        email_names=names_of(current_app),
        country=lambda code: country_name(code, str(current_locale())) if code else "",
        may_review=may("signatures.review", cause),
    )


def _table(name: str, slug: str, petition_ids: list[int]) -> ResponseReturnValue:
    if name not in TABLES:
        abort(404)
    return as_csv(f"{slug}-{name}.csv", TABLES[name].rows(petition_ids))


def _lang() -> str:
    return current_locale().language
