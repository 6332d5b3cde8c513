"""Tasks about a petition or letter: its next delivery, and how long personal data is kept."""

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from campaign.actions.letters.editing import delivers_by_hand
from campaign.actions.letters.models import LETTER
from campaign.i18n.locales import current_locale
from campaign.i18n.long_dates import long_date
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import petition_summary
from campaign.organize.overview.task import Task, figure
from campaign.organize.statistics.figures import zone
from campaign.petitions.deliveries import deliveries_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petitions_among
from campaign.petitions.thresholds import due_thresholds
from campaign.signatures.erasure import erases_at, keeps_by_choice


def deliveries_due() -> Iterator[Task]:
    """Yield the petitions whose count has reached a number at which they deliver again."""
    listed = petitions_among(causes_where("handovers.record")) if may("handovers.record") else ()
    ahead = [petition for petition in listed if not petition.archived_at]
    due = due_thresholds([petition.id for petition in ahead])
    for petition in ahead:
        if petition.id in due and delivers_by_hand(petition):
            address = url_for("organize.deliveries.show", slug=petition.slug)
            yield Task(_delivery_text(petition, due[petition.id].count), _("Deliver"), address)


def _delivery_text(petition: Petition, count: int) -> str:
    about = {"title": petition_summary(petition).title, "count": figure(count)}
    is_first = not deliveries_of(petition.id)
    if petition.action_kind == LETTER:
        if is_first:
            return _("“%(title)s” has reached %(count)s: deliver the letters", **about)
        return _("“%(title)s” has reached %(count)s: deliver the letters again", **about)
    if is_first:
        return _("“%(title)s” has reached %(count)s: deliver the signatures", **about)
    return _("“%(title)s” has reached %(count)s: deliver the signatures again", **about)


def scheduled_erasures() -> Iterator[Task]:
    """Yield the petitions whose owners were told that personal data will soon be erased."""
    for petition in (
        petitions_among(causes_where("retention.edit")) if may("retention.edit") else ()
    ):
        if (
            petition.retention_notified_at
            and not petition.retention_done_at
            and (at := erases_at(petition))
        ):
            day = long_date(at.astimezone(zone()), current_locale())
            text = _(
                "Deliver or keep the names of “%(title)s”: they will be deleted on %(day)s",
                title=petition_summary(petition).title,
                day=day,
            )
            yield Task(text, _("View"), url_for("organize.retention.edit", slug=petition.slug))


def unlimited_retentions() -> Iterator[Task]:
    """Yield the petitions that keep personal data forever although nobody chose that."""
    for petition in (
        petitions_among(causes_where("retention.edit")) if may("retention.edit") else ()
    ):
        if petition.retention_days is None and not keeps_by_choice(petition):
            text = _(
                "Choose how long the signatures of “%(title)s” are kept",
                title=petition_summary(petition).title,
            )
            yield Task(text, _("Choose"), url_for("organize.retention.edit", slug=petition.slug))
