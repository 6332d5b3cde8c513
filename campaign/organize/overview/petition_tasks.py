"""Tasks about a petition or letter: how long its personal data is kept."""

from collections.abc import Iterator

from babel.dates import format_date
from flask import url_for
from flask_babel import gettext as _

from campaign.i18n.locales import current_locale
from campaign.organize.core.identity import causes_where, may
from campaign.organize.core.scope import petition_summary
from campaign.organize.overview.task import Task
from campaign.organize.statistics.figures import zone
from campaign.petitions.queries import petitions_among
from campaign.signatures.erasure import erases_at, keeps_by_choice


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
            day = format_date(at.astimezone(zone()), "long", locale=current_locale())
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
