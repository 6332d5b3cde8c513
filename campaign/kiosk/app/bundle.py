"""The data a tablet needs to work offline for a day: event, petitions, key and staff PIN."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from json import dumps
from typing import Any, cast

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.causes.presenters import news_consent
from campaign.causes.queries import cause_count
from campaign.events.models import Event
from campaign.extensions import db
from campaign.i18n.countries import countries
from campaign.i18n.locales import locale_of
from campaign.kiosk import codes
from campaign.kiosk.models import Kiosk, KioskKey, StaffPin
from campaign.kiosk.queries import table_code
from campaign.kiosk.records.key_pairs import present_key
from campaign.kiosk.records.sealing import SUITE_NAME
from campaign.notices.answer_texts import answer_text
from campaign.notices.composition import legal_name
from campaign.organisations.colours import day_accent, night_accent
from campaign.organisations.identity import UNNAMED, identities
from campaign.organisations.presenters import identity_of
from campaign.petitions.delivery_terms import delivered_list
from campaign.petitions.kinds import PETITION, kind_of
from campaign.petitions.models import Petition, PetitionVersion
from campaign.petitions.presenters import notice_of
from campaign.petitions.queries import petition_counts, published_petitions
from campaign.site.settings import site_settings
from campaign.text.markdown import to_html

CONSENT_VERSION = "6"
MAX_RECORDS = 50
MAX_BODY_BYTES = 1_000_000
MAX_SEALED_BYTES = 65_536
# These values change all the time, but a tablet learns the counts with each receipt anyway.
COUNTS = ("count", "server_time")


def bundle(kiosk: Kiosk, now: datetime) -> dict[str, Any]:
    """Return the content of `campaign.json` for this kiosk, as a dict of plain values."""
    event, cause = kiosk.event, kiosk.event.cause
    languages = languages_of(event)
    petitions = petitions_of(event)
    others = [item for item in petitions if item.action_kind != PETITION]
    counts = petition_counts(petition.id for petition in petitions)
    return {
        # A revoked kiosk gets no bundle. It learns of its revocation because the ETag changes.
        "kiosk": {
            "id": kiosk.uuid,
            "name": kiosk.name,
            "expires_at": iso(kiosk.expires_at),
            "revoked": kiosk.revoked_at is not None,
        },
        "event": {
            "slug": event.slug,
            "title": {lang: event.text(lang).title for lang in languages},
            # Older apps know only one place.
            "place": event.text(languages[0]).place,
            "places": {lang: event.text(lang).place for lang in languages},
            "country": event.country,
            "starts_at": iso(event.starts_at),
            "ends_at": iso(event.ends_at),
        },
        "cause": {
            "slug": cause.slug,
            "title": {lang: cause.text(lang).title for lang in languages},
            "count": cause_count(cause.id),
            "shape": cause.shape,
            "palette": cause.palette,
        },
        "organisation": shown_organisation(cause.organisation_id, languages),
        "languages": languages,
        "petitions": [
            _petition(item, languages, counts.get(item.id, 0), now)
            for item in petitions
            if item.action_kind == PETITION
        ],
        # Apart from petitions, because older apps would show them as such.
        "actions": [_action(item, languages, counts.get(item.id, 0), now) for item in others],
        "countries": {lang: countries(lang, site_settings().first_countries) for lang in languages},
        "consent": {
            "version": CONSENT_VERSION,
            "words": {lang: _consent(cause.organisation_id, lang) for lang in languages},
            "actions": {
                lang: _consent_to_actions(cause.organisation_id, lang) for lang in languages
            },
            "news": {lang: news_consent(cause, lang) for lang in languages},
            "answer": {lang: answer_text(cause.organisation_id, lang) for lang in languages},
        },
        "key": _key(),
        "pin": _pin(event.id),
        "table": _table(kiosk),
        "limits": {
            "batch": MAX_RECORDS,
            "body_bytes": MAX_BODY_BYTES,
            "sealed_bytes": MAX_SEALED_BYTES,
        },
        "server_time": iso(now),
    }


def etag_of(content: dict[str, Any]) -> str:
    """Return the ETag of a bundle, which changes when a tablet should reload it.

    It does not change with each signature.
    """
    return blake2b(
        dumps(_without_counts(content), sort_keys=True).encode(), digest_size=12
    ).hexdigest()


def languages_of(event: Event) -> list[str]:
    """Return the languages of an event's tablets, starting with those that the event names."""
    supported = site_settings().languages
    named = [lang for lang in event.languages if lang in supported]
    return [*named, *(lang for lang in supported if lang not in named)]


def petitions_of(event: Event) -> Sequence[Petition]:
    """Return the public petitions to sign at an event, in order.

    These are the ones that the event names, or else all of its cause.
    """
    published = published_petitions(event.cause_id)
    places = {item.petition_id: item.position for item in event.petitions}
    named = [petition for petition in published if petition.id in places]
    return sorted(named, key=lambda petition: places[petition.id]) or published


def is_signed_at(event: Event, petition: Petition) -> bool:
    """Return whether tablets of an event may collect for a petition of its cause."""
    named = {item.petition_id for item in event.petitions}
    return petition.id in named or not any(
        item.id in named for item in published_petitions(event.cause_id)
    )


def needs_address(petition: Petition) -> bool:
    """Return whether an email address is required, because a witness is not enough."""
    return petition.confirmation == "email" or kind_of(petition.action_kind).needs_email


def iso(instant: datetime | None) -> str | None:
    """Return an instant in ISO 8601, or None."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None


def shown_organisation(organisation_id: int | None, languages: Sequence[str]) -> dict[str, Any]:
    """Return what tablets show of an organisation: mark, name, pattern and colours."""
    identity = identities().of(organisation_id)
    return {
        "mark": _mark(organisation_id, languages[0]),
        "pattern": identity.pattern,
        "name": {lang: name for lang in languages if (name := identity.name(lang)) != UNNAMED},
        "accent": {
            "day": asdict(day_accent(identity.accent)),
            "night": asdict(night_accent(identity.accent)),
        }
        if identity.accent
        else None,
    }


def _mark(organisation_id: int | None, lang: str) -> dict[str, Any] | None:
    shown = identity_of(organisation_id, lang)
    image = shown.mark_or_logo
    if image is None:
        return None
    return {
        "url": image.url,
        "width": image.width,
        "height": image.height,
        # Such a logo is shown without the name beside it.
        "has_name": image == shown.logo and shown.has_wordmark,
    }


def _petition(
    petition: Petition, languages: Sequence[str], count: int, now: datetime
) -> dict[str, Any]:
    version = petition.current_version
    texts = {lang: version.text(lang, petition.original_lang) for lang in languages}
    return {
        "slug": petition.slug,
        "version": version.number,
        "title": {lang: text.title for lang, text in texts.items()},
        "summary": {lang: text.summary for lang, text in texts.items()},
        "body_html": {lang: str(to_html(text.body)) for lang, text in texts.items()},
        "organisation": {lang: text.published_by for lang, text in texts.items()},
        "targets": {lang: [target.name(lang) for target in petition.targets] for lang in languages},
        "required_fields": sorted(petition.required_fields),
        "questions": petition.questions,
        "notice": {lang: _notice(petition, lang) for lang in languages},
        "delivered": {lang: _delivered(version, lang) for lang in languages},
        "email": "required" if needs_address(petition) else "optional",
        "confirmation": "email" if needs_address(petition) else petition.confirmation,
        "offers_answers": petition.may_be_answered(now),
        "closes_at": iso(petition.closes_at),
        "count": count,
        "phase": petition.phase(now),
    }


def _action(
    action: Petition, languages: Sequence[str], count: int, now: datetime
) -> dict[str, Any]:
    """Return an action of another kind. `form` is what its form has besides that of a petition."""
    kind = kind_of(action.action_kind)
    form = {lang: kind.form_data(action.id, lang) if kind.form_data else {} for lang in languages}
    return {
        **_petition(action, languages, count, now),
        "kind": kind.name,
        "has_comment": kind.has_comment,
        "form": form,
    }


def _consent(organisation_id: int, lang: str) -> str:
    with force_locale(locale_of(lang)):
        return _(
            "I sign with my name. %(name)s uses what I enter here to deliver what I sign and to count me once, and never sells it. I can withdraw at any time. If I give my email address, I get a link to see, correct or withdraw my signature.",
            name=legal_name(identities().of(organisation_id), lang),
        )


def _consent_to_actions(organisation_id: int, lang: str) -> str:
    with force_locale(locale_of(lang)):
        return _(
            "I write with my full name. %(name)s uses what I enter here to deliver my letter and to count me once, and never sells it. Nothing is sent before I confirm by email. I can stop what is not sent yet.",
            name=legal_name(identities().of(organisation_id), lang),
        )


def _notice(petition: Petition, lang: str) -> dict[str, str]:
    notice = notice_of(petition, lang)
    return {"digest": notice.digest, "line": notice.short_text, "html": str(notice.body)}


def _delivered(version: PetitionVersion, lang: str) -> Any:
    with force_locale(locale_of(lang)):
        return delivered_list(version.delivered_names, version.delivered_details)


def _key() -> dict[str, Any]:
    key = cast(KioskKey, present_key())
    return {"id": key.uuid, "suite": SUITE_NAME, "public": codes.to_base64(key.public)}


def _pin(event_id: int) -> Any:
    pin = db.session.get(StaffPin, event_id, populate_existing=True)
    return pin and {
        "salt": codes.to_base64(pin.salt),
        "iterations": pin.iterations,
        "digest": codes.to_base64(pin.digest),
    }


def _table(kiosk: Kiosk) -> dict[str, str]:
    code = table_code(event_id=kiosk.event_id, kiosk_id=kiosk.id)
    address = f"{current_app.config['PUBLIC_URL']}/t/{code}"
    return {"url": address, "short": address.partition("://")[2]}


def _without_counts(content: Any) -> Any:
    if isinstance(content, dict):
        return {
            name: _without_counts(value) for name, value in content.items() if name not in COUNTS
        }
    return (
        [_without_counts(value) for value in content]
        if isinstance(content, list | tuple)
        else content
    )
