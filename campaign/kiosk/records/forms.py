"""Open records, and check their time of signing and, as the web form does, their content."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from campaign.extensions import db
from campaign.kiosk.app.bundle import is_signed_at, languages_of, needs_address
from campaign.kiosk.models import Kiosk, KioskRecord
from campaign.kiosk.records.key_pairs import private_keys
from campaign.kiosk.records.opened import Opened
from campaign.kiosk.records.parsing import Malformed, RecordContent, SealedRecord, read_content
from campaign.kiosk.records.sealing import Unreadable, binding, unseal
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.operations import slugs
from campaign.petitions.queries import SigningTerms, signing_terms
from campaign.petitions.questions import field_name, in_language
from campaign.signatures.fields import OptionalEmailField
from campaign.signatures.forms import form_class, with_kind_fields
from campaign.signatures.moderation.rules import reason_to_hold
from campaign.signatures.signing.commands import SupporterDetails
from campaign.site.settings import site_settings
from campaign.text.slugs import is_slug

# A device clock that differs by no more than this counts as correct.
MAX_CLOCK_SKEW = timedelta(minutes=1)


class Invalid(Exception):
    """The content is not a valid signature for its petition. `labels` name the invalid fields."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.labels = labels


def open_records(
    kiosk: Kiosk,
    records: Sequence[SealedRecord],
    *,
    device_time: datetime | None,
    now: datetime,
) -> list[Opened]:
    """Return a kiosk's SealedRecords as Opened ones, with a `reason` if they need review.

    `device_time` is what the device's clock shows at `now`, or None.
    """
    private = private_keys({record.key for record in records})
    difference = now - device_time if device_time else timedelta()
    skew = difference if abs(difference) > MAX_CLOCK_SKEW else timedelta()
    petitions = _Petitions(kiosk)
    return [_open(petitions, record, private.get(record.key), skew, now) for record in records]


def read_again(record: KioskRecord) -> tuple[RecordContent, Opened]:
    """Return (RecordContent, Opened) of a KioskRecord in review, whatever it is in review for.

    The `reason` of Opened says what still prevents a signature. Raises Unreadable if the record
    cannot be opened.
    """
    content = _read_content(record.kiosk, record, private_keys({record.key}).get(record.key))
    return content, _validate(
        _Petitions(record.kiosk), record, content, record.signed_at, is_approved=True
    )


class _Petitions:
    """The petitions that a kiosk's records may be for. Caches each lookup for one batch."""

    def __init__(self, kiosk: Kiosk) -> None:
        self.kiosk = kiosk
        self._by_slug: dict[str, Petition | None] = {}
        self._terms: dict[tuple[int, int | None], SigningTerms | None] = {}

    def get(self, slug: str) -> Petition | None:
        """Return the petition with this slug, current or former, in the kiosk's cause, or None."""
        if slug not in self._by_slug:
            self._by_slug[slug] = self._find(slug)
        return self._by_slug[slug]

    def terms(self, petition: Petition, version: int | None, now: datetime) -> SigningTerms | None:
        key = (petition.id, version)
        if key not in self._terms:
            self._terms[key] = signing_terms(petition.slug, now=now, version=version)
        return self._terms[key]

    def _find(self, slug: str) -> Petition | None:
        if not is_slug(slug):
            return None
        query = select(Petition).where(
            Petition.cause_id == self.kiosk.cause_id, Petition.state != "draft"
        )
        for name in (slug, slugs.present_slug(slug)):
            if name and (petition := db.session.scalar(query.where(Petition.slug == name))):
                return petition
        return None


def _open(
    petitions: _Petitions,
    record: SealedRecord,
    private: X25519PrivateKey | None,
    skew: timedelta,
    now: datetime,
) -> Opened:
    kiosk = petitions.kiosk
    try:
        content = _read_content(kiosk, record, private)
    except Unreadable:
        return Opened(
            record.uuid,
            record.sequence,
            record.key,
            record.sealed or b"",
            now,
            reason="unreadable",
            is_readable=False,
        )
    return _validate(
        petitions, record, content, _possible(content.signed_at, skew, kiosk.paired_at, now)
    )


def _read_content(
    kiosk: Kiosk, record: SealedRecord | KioskRecord, private: X25519PrivateKey | None
) -> RecordContent:
    if private is None or not record.sealed:
        raise Unreadable
    plaintext = unseal(record.sealed, private, binding(kiosk.uuid, record.uuid, record.sequence))
    try:
        return read_content(plaintext)
    except Malformed as error:
        raise Unreadable from error


def _possible(
    claimed: datetime | None, skew: timedelta, earliest: datetime, latest: datetime
) -> datetime:
    """Return the plausible time of signing.

    It is the time that the device claims, corrected by its clock's error. It is never before the
    device was paired, and never in the future.
    """
    if claimed is None:
        return latest
    try:
        return min(max(claimed + skew, earliest), latest)
    except OverflowError:
        return latest


def _validate(
    petitions: _Petitions,
    record: SealedRecord | KioskRecord,
    content: RecordContent,
    signed_at: datetime,
    *,
    is_approved: bool = False,
) -> Opened:
    fields: dict[str, Any] = {
        "uuid": record.uuid,
        "sequence": record.sequence,
        "key": record.key,
        "sealed": record.sealed,
        "signed_at": signed_at,
        "claimed_at": content.signed_at,
        "shift": content.shift,
        "consent": content.consent,
        "notice": content.notice,
        "drawing": content.drawing,
    }
    petition = petitions.get(content.petition)
    if petition is None:
        return Opened(**fields, reason="unknown_petition")
    fields["petition_id"] = petition.id
    if not is_approved and not is_signed_at(petitions.kiosk.event, petition):
        return Opened(**fields, reason="other_petition")
    if not is_approved and not _was_open(petition, signed_at):
        return Opened(**fields, reason="closed")
    terms = cast(SigningTerms, petitions.terms(petition, content.version, signed_at))
    must_have_address = needs_address(petition) or not content.witnessed
    try:
        supporter, held_reason = read_form(content, terms, must_have_address=must_have_address)
    except Invalid as error:
        return Opened(**fields, reason="invalid", invalid_fields=error.labels)
    lang = (
        content.lang
        if content.lang in site_settings().languages
        else languages_of(petitions.kiosk.event)[0]
    )
    return Opened(
        **fields,
        terms=terms,
        lang=lang,
        is_confirmed=not must_have_address,
        supporter=supporter,
        held_reason=held_reason,
    )


def _was_open(petition: Petition, instant: datetime) -> bool:
    if petition.opens_at and instant < petition.opens_at:
        return False
    if petition.closes_at and instant >= petition.closes_at:
        return False
    return petition.state != "closed" or (
        petition.closed_at is not None and instant < petition.closed_at
    )


def read_form(
    content: RecordContent, terms: SigningTerms, *, must_have_address: bool
) -> tuple[SupporterDetails, str]:
    """Return what the supporter entered and the reason to hold it, or "".

    It is validated by the web form's rules. Raises Invalid.
    """
    form = _form_of(terms, must_have_address)(formdata=_form_data(content, terms))
    if not form.validate():
        raise Invalid(tuple(str(form[name].label.text) for name in form.errors))
    supporter = form.details()
    return supporter, reason_to_hold(terms, supporter.rule_input(mail_domain=form.mail_domain))


def _form_of(terms: SigningTerms, must_have_address: bool) -> type:
    # Answers are stored in one language, whichever was shown, so any language will do here.
    form = form_class(
        terms.required_fields, [in_language(question, "en") for question in terms.questions]
    )
    kind = kind_of(terms.action_kind)
    if fields := kind.earlier_fields or kind.fields:
        form = with_kind_fields(form, fields(terms.id, "en"))
    return form if must_have_address else _without_address(cast(type, form))


@lru_cache(maxsize=256)
def _without_address(form: type) -> type:
    return type("KioskForm", (form,), {"email": OptionalEmailField()})


def _form_data(content: RecordContent, terms: SigningTerms) -> MultiDict[str, str]:
    """Return the content as form data. As in HTML forms, unchecked boxes are missing."""
    given = content.fields["answers"]
    answers = {
        field_name(question): given[question["name"]]
        for question in terms.questions
        if question["name"] in given
    }
    sent = {**content.fields, **answers}
    of_kind = sent.pop("kind_data")
    del sent["answers"]
    return MultiDict(
        {
            **of_kind,
            **{
                name: "y" if value is True else value
                for name, value in sent.items()
                if value is not False
            },
        }
    )
