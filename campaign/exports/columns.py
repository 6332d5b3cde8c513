"""The columns that an export can hold."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, literal, select

from campaign.db.functions import iso_day, iso_instant
from campaign.events.models import Event
from campaign.imports.models import ImportRow
from campaign.kiosk.models import Kiosk, Shift
from campaign.notices.models import Consent, Notice
from campaign.petitions.models import PetitionVersion
from campaign.signatures.models import Signature, shared_comment, shown_name
from campaign.subscriptions.models import Subscription

_named = (Signature.given_name, Signature.family_name)


class Column(NamedTuple):
    """A column: its label, its SQL `sources`, and `make`, which combines them if needed.

    `kind` is "text" (anyone may have written it), "code" (a value of our own), "integer" (a
    number), "flag" ("yes" or "no", unless a format has a type for it) or "answers".
    """

    label: Any
    sources: tuple[Any, ...]
    kind: str = "text"
    make: Callable[..., Any] | None = None


def _of(label: Any, source: Any, kind: str = "text") -> Column:
    return Column(label, (source,), kind)


def _from(model: Any, value: Any, *conditions: Any) -> Any:
    """Return a subquery that looks up a value in another table; null if there is none."""
    return (
        select(value)
        .select_from(model)
        .where(*conditions)
        .limit(1)
        .correlate(Signature)
        .scalar_subquery()
    )


def _on_paper(value: Any) -> Any:
    # The case skips the lookup for signatures that were not given on paper.
    return case(
        (
            Signature.evidence == "paper",
            _from(ImportRow, value, ImportRow.signature_id == Signature.id),
        )
    )


def _latest_period(*conditions: Any) -> Any:
    """Return a subquery of when the latest consent was given and, if it was, withdrawn."""
    # One text, because two subqueries for the two instants take twice as long.
    withdrawn = literal(" / ").concat(iso_instant(Consent.withdrawn_at))
    return (
        select(iso_instant(Consent.given_at).concat(func.coalesce(withdrawn, "")))
        .where(*conditions)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
        .correlate(Signature)
        .scalar_subquery()
    )


def _news_period() -> Any:
    """Return the period of the consent to updates that came with the signature."""
    # Not a join: SQLite would read all consents for each signature.
    created = (
        select(Subscription.id)
        .where(Subscription.signature_id == Signature.id)
        .correlate(Signature)
        .scalar_subquery()
    )
    latest = _latest_period(
        Consent.subject_kind == "subscription",
        Consent.purpose == "news",
        Consent.subject_id.in_(created),
    )
    # The case skips the lookup for signatures without one.
    return func.coalesce(case((Signature.subscribe, latest)), "")


def _own_period(purpose: str) -> Any:
    """Return the period of the signature's own consent to `purpose`."""
    latest = _latest_period(
        Consent.subject_kind == "signature",
        Consent.subject_id == Signature.id,
        Consent.purpose == purpose,
    )
    return func.coalesce(latest, "")


# To add a column, add its line here. Forms and files use this order.
COLUMNS = {
    "number": _of(_l("Butterfly number"), Signature.number, "integer"),
    "state": _of(_l("Status"), Signature.state, "code"),
    "evidence": _of(_l("Type of proof"), Signature.evidence, "code"),
    "shown_name": Column(
        _l("Name as the supporter chose to show it"),
        (Signature.name_display, *_named),
        make=shown_name,
    ),
    "full_name": Column(
        _l("Full name"), _named, make=lambda given, family: shown_name("full", given, family)
    ),
    "given_name": _of(_l("First name"), Signature.given_name),
    "family_name": _of(_l("Last name"), Signature.family_name),
    "email": _of(_l("Email"), Signature.email),
    "country": _of(_l("Country"), Signature.country, "code"),
    "postal_code": _of(_l("Postal code"), Signature.postal_code),
    "comment": _of(_l("Comment"), Signature.comment),
    "shown_comment": Column(
        _l("Comment, if it is approved and a name is shown"),
        (Signature.name_display, Signature.comment, Signature.comment_shown),
        make=shared_comment,
    ),
    "name_display": _of(_l("How the name may be shown"), Signature.name_display, "code"),
    "subscribe": _of(_l("Wants updates"), case((Signature.subscribe, "yes"), else_="no"), "flag"),
    "tell_answer": _of(
        _l("Wants to be told about answers"),
        case((Signature.tell_answer, "yes"), else_="no"),
        "flag",
    ),
    "lang": _of(_l("Language"), Signature.lang, "code"),
    "source": _of(_l("Code in the link (?source=)"), Signature.source),
    "event": _of(
        _l("Event where it was signed"), _from(Event, Event.slug, Event.id == Signature.event_id)
    ),
    "kiosk": _of(_l("Tablet"), _from(Kiosk, Kiosk.name, Kiosk.id == Signature.kiosk_id)),
    "tabler": _of(
        _l("Table volunteer"), _from(Shift, Shift.tabler, Shift.id == Signature.shift_id)
    ),
    "shift_began": _of(
        _l("Start of the shift"),
        _from(Shift, iso_instant(Shift.started_at), Shift.id == Signature.shift_id),
        "code",
    ),
    "sheet": _of(_l("Paper sheet"), _on_paper(ImportRow.sheet)),
    "sheet_row": _of(_l("Row on the sheet"), _on_paper(ImportRow.sheet_row)),
    "held_reason": _of(_l("Why it is held"), Signature.held_reason, "code"),
    "version": _of(_l("Version of the text"), PetitionVersion.number, "integer"),
    "notice": _of(
        _l("Privacy notice (checksum)"),
        _from(Notice, Notice.digest, Notice.id == Signature.notice_id),
        "code",
    ),
    "consent": _of(
        _l("Consent to updates: when given, when withdrawn"),
        _news_period(),
        "code",
    ),
    "name_consent": _of(
        _l("Consent to show the name: when given, when withdrawn"),
        _own_period("name"),
        "code",
    ),
    "answer_consent": _of(
        _l("Consent to be told about answers: when given, when withdrawn"),
        _own_period("answer"),
        "code",
    ),
    "consent_at": _of(
        _l("Consent on a partner’s website: when given"), iso_instant(Signature.consent_at), "code"
    ),
    "day": _of(_l("Day"), iso_day(Signature.created_at), "code"),
    "created_at": _of(_l("Signed at"), iso_instant(Signature.created_at), "code"),
    "confirmed_at": _of(_l("Confirmed at"), iso_instant(Signature.confirmed_at), "code"),
    "hatched_at": _of(_l("Counted on"), iso_instant(Signature.hatched_at), "code"),
    "answers": _of(_l("Answers to the petition’s questions"), Signature.answers, "answers"),
}
# Derived from other columns, so left out when all columns are exported.
DERIVED = ("shown_name", "full_name", "shown_comment", "day")
EVERYTHING = tuple(name for name in COLUMNS if name not in DERIVED)
# The petition's own questions are separate columns, named as in the signing form.
ANSWER = "answers-{}"
