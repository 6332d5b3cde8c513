"""The emails that targets get: a letter, or many gathered letters."""

import math
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from flask import Flask, g
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from campaign.actions.letters.delivery.addresses import (
    reach,
    refused_among,
    return_address,
    zone_of,
)
from campaign.actions.letters.delivery.gathering import count_letters, letters_of
from campaign.actions.letters.delivery.pacing import HOUR, seconds_to_next_hour, share_at
from campaign.actions.letters.delivery.refusals import token_for
from campaign.actions.letters.delivery.sending import BATCH_EMAIL, EMAIL, SWITCH, limits_of
from campaign.actions.letters.models import Letter, LetterBatch
from campaign.extensions import db
from campaign.http.urls import absolute_url
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Attachment, Message, Sender
from campaign.mail.models import OutboxMessage, OutboxRow
from campaign.mail.renderers import NotNow, register
from campaign.organisations.emails import contact_address, email_identity
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.questions import prompts_among
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from campaign.switches.state import switched_off
from campaign.targets.models import TargetProfile
from campaign.text.sentences import before_period

SWITCHED_OFF, NIGHT, TOO_MANY = (
    "letters are switched off",
    "it is night where the target is",
    "the target has had its letters for the hour",
)
WAIT_SECONDS = 60.0
# Mail programs show what follows as the sender's signature, and leave it out of replies.
SIGNATURE_LINE = "-- "
BULLET = "•"


def init_app(app: Flask) -> None:
    """Register the renderers of the emails to targets."""
    register(app, EMAIL, _letter_message, _l("Letter to a target"), load=_load_letters)
    register(app, BATCH_EMAIL, _batch_message, _l("Letters to a target, sent together"))


def _load_letters(letter_ids: Collection[int]) -> Sequence[Any]:
    """Read these letters with their writers and targets, for many emails at once."""
    letters = db.session.scalars(select(Letter).where(Letter.id.in_(letter_ids))).all()
    signature_ids = {letter.signature_id for letter in letters}
    profile_ids = {letter.profile_id for letter in letters}
    return [
        letters,
        db.session.scalars(select(Signature).where(Signature.id.in_(signature_ids))).all(),
        db.session.scalars(select(TargetProfile).where(TargetProfile.id.in_(profile_ids))).all(),
    ]


def _letter_message(queued: OutboxRow) -> Message | None:
    """Return the email of one letter, or None if it must not leave as it is."""
    letter = db.session.get(Letter, queued.subject_id)
    if letter is None or letter.state != "queued" or letter.email_id != queued.id:
        return None
    writer = db.session.get(Signature, letter.signature_id)
    profile = db.session.get(TargetProfile, letter.profile_id) if letter.profile_id else None
    if writer is None or writer.state != "counted" or not letter.body:
        return None
    if not _may_get(profile, letter.address):
        return None
    petition = cast(Petition, _petition(letter.petition_id))
    _wait_if_needed(cast(TargetProfile, profile), petition, is_one_of_many=True)
    organisation_id = petition.cause.organisation_id
    with force_locale(locale_of(letter.lang)):
        organisation = email_identity(organisation_id, letter.lang).name
        names = {"name": writer.full_name, "organisation": organisation}
        sender_name = _("%(name)s via %(organisation)s", **names)
        stop_url = _stop_url(letter.address, letter.lang)
        text = letter_email_text(
            letter.body,
            **names,
            title=_title(petition, letter.lang),
            is_reply_to_writer=bool(letter.shares_address and writer.email),
            stop_url=stop_url,
        )
    return Message(
        to=letter.address,
        to_name=letter.target_name,
        digest=tokens.email_digest(letter.address),
        subject=letter.subject,
        text=text,
        html="",
        lang=letter.lang,
        list_unsubscribe=stop_url,
        is_automatic=False,
        return_address=return_address("letter", letter.id),
        sender=_sender(
            organisation_id,
            letter.lang,
            name=sender_name,
            address=return_address("letter", letter.id),
            reply_to=(writer.email or "") if letter.shares_address else "",
        ),
    )


def letter_email_text(
    body: str, *, name: str, organisation: str, title: str, is_reply_to_writer: bool, stop_url: str
) -> str:
    """Return the text of the email of a letter, in the current language."""
    names = {"name": name, "organisation": organisation}
    return _with_signature(
        body,
        _(
            "%(name)s wrote you this letter as part of “%(title)s”. %(organisation)s is sending it on their behalf.",
            title=title,
            **names,
        ),
        _("Your reply goes to %(name)s.", name=before_period(name))
        if is_reply_to_writer
        else _("Your reply goes to %(organisation)s.", organisation=before_period(organisation)),
        _stop_line(stop_url),
    )


def _batch_message(queued: OutboxRow) -> Message | None:
    """Return the email of gathered letters, or None if it must not leave as it is."""
    batch = db.session.get(LetterBatch, queued.subject_id)
    if batch is None or batch.sent_at is not None or batch.email_id != queued.id:
        return None
    profile = db.session.get(TargetProfile, batch.profile_id) if batch.profile_id else None
    if batch.document is None or not _may_get(profile, batch.address):
        return None
    letters = letters_of(batch.id)
    if not letters or len(letters) != count_letters(batch.id):
        # The PDF has a letter that its writer has stopped since.
        return None
    petition = cast(Petition, _petition(batch.petition_id))
    _wait_if_needed(cast(TargetProfile, profile), petition, is_one_of_many=False)
    organisation_id = petition.cause.organisation_id
    identity = email_identity(organisation_id, batch.lang)
    with force_locale(locale_of(batch.lang)):
        title = _title(petition, batch.lang)
        subject = ngettext(
            "%(num)s letter to you about “%(title)s”",
            "%(num)s letters to you about “%(title)s”",
            len(letters),
            title=title,
        )
        stop_url = _stop_url(batch.address, batch.lang)
        text = _with_signature(
            "\n\n".join(_gathered_text(petition, title, letters)),
            _(
                "%(organisation)s sent these letters for the people who wrote them.",
                organisation=identity.name,
            ),
            _stop_line(stop_url),
        )
    document = Attachment(
        f"letters-{batch.created_at:%Y-%m-%d}.pdf", "application", "pdf", batch.document
    )
    return Message(
        to=batch.address,
        to_name=letters[-1][0].target_name,
        digest=tokens.email_digest(batch.address),
        subject=subject,
        text=text,
        html="",
        lang=batch.lang,
        list_unsubscribe=stop_url,
        attachments=(document,),
        return_address=return_address("letter_batch", batch.id),
        sender=_sender(
            organisation_id,
            batch.lang,
            name=identity.sender.name,
            address=return_address("letter_batch", batch.id),
        ),
    )


def _gathered_text(
    petition: Petition, title: str, letters: Sequence[tuple[Letter, Signature]]
) -> list[str]:
    """Return the paragraphs of the email: how many people wrote, and their own sentences."""
    count = ngettext(
        "%(num)s person wrote to you about “%(title)s”. The letter is in the attached PDF.",
        "%(num)s people wrote to you about “%(title)s”. Their letters are in the attached PDF.",
        len(letters),
        title=title,
    )
    prompts = [prompt["name"] for prompt in prompts_among(petition.questions)]
    colon = _(": ")
    own_texts = [
        f"{BULLET} {writer.full_name}{colon}{text}"
        for _letter, writer in letters
        if (text := "\n".join(filter(None, ((writer.answers or {}).get(key) for key in prompts))))
    ]
    return [count, *([_("In their own words:"), *own_texts] if own_texts else [])]


def _may_get(profile: TargetProfile | None, address: str) -> bool:
    """Return whether letters to this target still go to this address."""
    refused = refused_among([profile]) if profile else ()
    return reach(profile, refused, now=utcnow()).address == address


def _wait_if_needed(profile: TargetProfile, petition: Petition, *, is_one_of_many: bool) -> None:
    """Raise NotNow while letters are switched off, at night, or if too many have left."""
    now, zone = utcnow(), zone_of(profile, petition)
    if switched_off(SWITCH, petition.cause.organisation_id):
        raise NotNow(WAIT_SECONDS, SWITCHED_OFF)
    share = share_at(now, zone)
    if not share:
        raise NotNow(seconds_to_next_hour(now, zone), NIGHT)
    if is_one_of_many:
        sent = _recently_sent(now)
        if profile.id not in sent:
            sent[profile.id] = _count_sent(profile.id, now)
        max_per_hour = limits_of([petition.id])[petition.id]
        if sent[profile.id] >= max(1, math.ceil(max_per_hour * share)):
            raise NotNow(WAIT_SECONDS, TOO_MANY)
        sent[profile.id] += 1


def _recently_sent(now: datetime) -> dict[int, int]:
    """Return how many letters left for each target within an hour, those of this pass included."""
    counts: dict[int, int] = g.setdefault("recently_sent_letters", {})
    return counts


def _count_sent(profile_id: int, now: datetime) -> int:
    since = now - HOUR
    is_target = Letter.profile_id == profile_id
    noted = select(func.count()).where(is_target, Letter.sent_at > since, Letter.batch_id.is_(None))
    # Their emails have left, but this is not noted yet.
    unnoted = (
        select(func.count())
        .join_from(Letter, OutboxMessage, OutboxMessage.id == Letter.email_id)
        .where(is_target, Letter.state == "queued", OutboxMessage.sent_at > since)
    )
    return (db.session.scalar(noted) or 0) + (db.session.scalar(unnoted) or 0)


def _petition(petition_id: int) -> Petition | None:
    """Return the action, read once for all emails of a pass."""
    petitions: dict[int, Petition | None] = g.setdefault("petitions_of_letters", {})
    if petition_id not in petitions:
        petitions[petition_id] = petition_by_id(petition_id)
    return petitions[petition_id]


def _title(petition: Petition, lang: str) -> str:
    return petition.current_version.text(lang, petition.original_lang).title


def _sender(
    organisation_id: int, lang: str, *, name: str, address: str, reply_to: str = ""
) -> Sender:
    own = email_identity(organisation_id, lang).sender
    return Sender(
        name=name,
        address=address or own.address,
        reply_to=reply_to or contact_address(organisation_id),
    )


def _stop_url(address: str, lang: str) -> str:
    token = token_for(tokens.email_digest(address))
    return absolute_url("letters.stop", lang, token=token)


def _stop_line(stop_url: str) -> str:
    return _("To stop getting letters by email: %(url)s", url=stop_url)


def _with_signature(body: str, *lines: str) -> str:
    return f"{body.strip()}\n\n{SIGNATURE_LINE}\n" + "\n".join(lines) + "\n"
