"""Emails about a signature, and neutral subjects and senders, which do not reveal it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias, TypedDict, cast

from flask import Flask, current_app, g
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import db
from campaign.http.urls import absolute_url, without_scheme
from campaign.i18n.locales import locale_of
from campaign.mail.composition import Message, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.organisations.emails import EmailIdentity, email_identity, sender_address
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.wording import NAME, NUMBER, Wording, wording_for
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.signatures import tokens
from campaign.signatures.erasure import NOTICE_EMAIL, erases_at
from campaign.signatures.models import RepeatSigning, Signature
from campaign.signatures.owner.operations import OWN_LINK, answer_to
from campaign.signatures.pending_forms import (
    UnconfirmedForm,
    form_by_id,
    later_forms,
    private_choices,
    waiting_forms,
)
from campaign.signatures.queries import (
    signature_by_id,
    signatures_of_address,
    signatures_with_ids,
)
from campaign.signatures.signing.repeats import (
    CONFIRMATION,
    FORM_CONFIRMATION,
    PASSED_ON,
    PRESSED,
    REPEAT,
)
from campaign.site.settings import local_day, site_settings
from campaign.subscriptions import tokens as news_tokens
from campaign.subscriptions.models import Subscription
from campaign.text.typed_codes import spaced

REMINDER = "signature_reminder"
LAST_REMINDER = "signature_last_reminder"
# It redirects to the page of the code in the reader's language.
SHORT_CODE_PATH = "/c"
CONFIRMED = ("confirmed", "counted", "held")

# A signature, the form that an email is about, and all that wait with it.
_Match: TypeAlias = tuple[Signature, UnconfirmedForm, list[UnconfirmedForm]]


def init_app(app: Flask) -> None:
    """Register the renderers of the emails that signatures queue.

    Anyone who knows an address can cause most of them, so these count toward its daily limit.
    """
    for kind, template, form_for, name in (
        (CONFIRMATION, "signature_confirmation", _first_form, _l("Request to confirm")),
        (
            FORM_CONFIRMATION,
            "signature_confirmation",
            _later_form,
            _l("Request to confirm another form"),
        ),
        (REMINDER, "signature_reminder", _newest_form, _l("First reminder")),
        (LAST_REMINDER, "signature_last_reminder", _newest_form, _l("Last reminder")),
    ):
        register(
            app,
            kind,
            partial(_request_message, template, form_for),
            name,
            is_bound=True,
            load=None if form_for is _later_form else _load_signatures,
        )
    register(
        app,
        REPEAT,
        partial(_notice_message, "signature_repeat"),
        _l("Repeat signature"),
        is_bound=True,
        load=_load_signatures,
    )
    register(
        app,
        PASSED_ON,
        partial(_notice_message, "signature_passed_on"),
        _l("Signature sent by a partner"),
        is_bound=True,
        load=_load_signatures,
    )
    register(
        app,
        PRESSED,
        _pressed_message,
        _l("Signature by a personal link"),
        load=_load_signatures,
    )
    register(app, OWN_LINK, _own_link_message, _l("Link to a person’s own signatures"))
    register(app, NOTICE_EMAIL, _retention_message, _l("Notice before data is deleted"))


def address_of_emails(petition: Petition) -> str:
    """Return the address that the emails about signatures of a petition come from."""
    if petition.neutral_emails:
        return cast(str, current_app.extensions["sender_address"])
    return sender_address(petition.cause.organisation_id)


def _load_signatures(signature_ids: Collection[int]) -> Sequence[Signature]:
    """Read these signatures, and the later forms of each, for many emails at once."""
    forms = g.later_forms_of_emails = {signature_id: [] for signature_id in signature_ids}
    for form in later_forms(signature_ids):
        forms[form.signature_id].append(form)
    return signatures_with_ids(signature_ids)


def _first_form(queued: OutboxRow) -> _Match | None:
    """Return the signature, the form to confirm, and all that wait with it.

    None if there is nothing left to confirm.
    """
    return _form_among(signature_by_id(queued.subject_id), lambda form: form.id is None)


def _later_form(queued: OutboxRow) -> _Match | None:
    row = form_by_id(queued.subject_id)
    signature = signature_by_id(row.signature_id) if row and row.signature_id else None
    return _form_among(signature, lambda form: form.id == queued.subject_id)


def _newest_form(queued: OutboxRow) -> _Match | None:
    """Return the same for a reminder, which is about the newest form that was emailed before."""
    return _form_among(signature_by_id(queued.subject_id), lambda form: form.mailed_at)


def _form_among(
    signature: Signature | None, is_match: Callable[[UnconfirmedForm], object]
) -> _Match | None:
    forms = _waiting_forms(signature) if signature is not None else []
    matches = [form for form in forms if is_match(form)]
    return (cast(Signature, signature), matches[-1], forms) if matches else None


def _waiting_forms(signature: Signature) -> list[UnconfirmedForm]:
    later: dict[int, list[RepeatSigning]] = g.get("later_forms_of_emails", {})
    return waiting_forms(signature, later.get(signature.id))


def _request_message(
    template: str, form_for: Callable[[OutboxRow], _Match | None], queued: OutboxRow
) -> Message | None:
    """Return the Message that asks to confirm a form, or None if it no longer applies."""
    match = form_for(queued)
    if match is None:
        return None
    signature, form, forms = match
    if _link_ends(signature, current_app.config) <= utcnow():
        return None
    visible = replace(form, columns={**form.columns, **private_choices(forms)})
    url = _confirm_url(signature, visible, queued.lang)
    return request_message(template, signature, visible, queued.lang, confirm_url=url)


def request_message(
    template: str,
    signature: Signature,
    form: UnconfirmedForm,
    lang: str,
    *,
    confirm_url: str,
    wording: Wording | None = None,
) -> Message:
    """Return the Message that asks to confirm `form`, whose button opens `confirm_url`.

    `wording` is that of the petition unless one is given, as for a preview.
    """
    return _message(
        template,
        lang,
        signature.petition_id,
        form,
        personal={"confirm_url": confirm_url, **_code_values(signature, form)},
        context=_confirmation_values(signature, form, lang),
        wording=wording,
    )


def _notice_message(template: str, queued: OutboxRow) -> Message | None:
    """Return the Message about a confirmed signature, or None if it no longer applies."""
    signature = signature_by_id(queued.subject_id)
    if (
        signature is None
        or signature.state not in CONFIRMED
        or signature.confirmed_at is None
        or not signature.email
    ):
        return None
    return _message(
        template,
        queued.lang,
        signature.petition_id,
        signature,
        **_own_page_values(signature, queued.lang),
    )


def _pressed_message(queued: OutboxRow) -> Message | None:
    """Return the Message about a signature by one press, or None.

    Where an email of thanks follows, that one is enough. None follows while the signature is held.
    """
    signature = signature_by_id(queued.subject_id)
    if signature is None:
        return None
    if petition_of_emails(signature.petition_id).sends_thanks and signature.state != "held":
        return None
    return _notice_message("signature_pressed", queued)


def message_to_signer(
    template: str,
    signature: Signature,
    lang: str,
    *,
    personal: Mapping[str, str],
    wording: Wording | None = None,
    **context: Any,
) -> Message:
    """Return a Message to the person who signed, with the link to "What I signed".

    `personal` and `context` are the values that its template gets beside those. `wording` is that of
    the petition unless one is given.
    """
    link = _own_page_values(signature, lang)
    return _message(
        template,
        lang,
        signature.petition_id,
        signature,
        personal={**link["personal"], **personal},
        context={**link["context"], **context},
        wording=wording,
    )


def _message(
    template: str,
    lang: str,
    petition_id: int,
    form: Signature | UnconfirmedForm,
    *,
    personal: Mapping[str, str],
    context: Mapping[str, Any],
    wording: Wording | None = None,
) -> Message:
    """Return the Message about `form`, which is a Signature or an UnconfirmedForm.

    `personal` and `context` are the values for its template, which gets those of the petition too.
    """
    petition = petition_of_emails(petition_id)
    identity = email_identity(petition.cause.organisation_id, lang)
    values = _petition_values(petition, form, lang, identity)
    names = {"given_name": form.given_name or "", "shown_name": form.shown_name or ""}
    of_kind = kind_of(petition.action_kind).emails.get(template, template)
    known = (NAME, NUMBER) if form.given_name else (NUMBER,)
    own = (wording_for(petition, lang) if wording is None else wording).with_values(known)
    rendered = render(
        of_kind,
        lang,
        personal={**names, **personal},
        wording=own,
        opening=own.confirm_opening if template == CONFIRMATION else own.reminder_opening,
        **values,
        **context,
    )
    message = Message(
        to=cast(str, form.email),
        to_name=form.full_name,
        digest=form.email_digest,
        lang=lang,
        sender=identity.sender,
        **rendered._asdict(),
    )
    return with_neutral_sender(message, template) if petition.neutral_emails else message


def _own_link_message(queued: OutboxRow) -> Message | None:
    """Return the Message with the link to "What I signed", or None.

    None if exactly that address neither signed nor gets news.
    """
    owner = answer_to(queued.subject_id)
    if owner is None:
        return None
    is_news = isinstance(owner, Subscription)
    link = (
        _news_page_values(cast(Subscription, owner), queued.lang)
        if is_news
        else _own_page_values(cast(Signature, owner), queued.lang)
    )
    # The page shows everything on this site that belongs to the address.
    identity = email_identity(None, queued.lang)
    rendered = render(
        "own_link",
        queued.lang,
        personal=link["personal"],
        identity=identity,
        is_news=is_news,
        **link["context"],
    )
    signed = signatures_of_address(cast(bytes, owner.email_digest), owner.email)
    is_neutral = any(petition_of_emails(row.petition_id).neutral_emails for row in signed)
    return Message(
        to=cast(str, owner.email),
        digest=owner.email_digest,
        lang=queued.lang,
        sender=identity.sender,
        has_sender_name=not is_neutral,
        **rendered._asdict(),
    )


def _retention_message(queued: OutboxRow) -> Message | None:
    """Return the Message that warns an owner of a cause before personal data is erased, or None.

    None if the data will be kept after all.
    """
    entry = db.session.get(AuditEntry, queued.subject_id)
    organizer = organizer_by_id(entry.details["organizer"]) if entry else None
    petition = petition_by_id(cast(int, entry.subject_id)) if entry else None
    at = erases_at(petition) if petition else None
    if (
        organizer is None
        or organizer.removed_at is not None
        or at is None
        or petition is None
        or petition.retention_done_at is not None
    ):
        return None
    context: dict[str, Any] = {
        "petition_title": petition.current_version.text(queued.lang, petition.original_lang).title,
        "erases_on": at,
        "retention_url": absolute_url("organize.retention.edit", queued.lang, slug=petition.slug),
    }
    identity = email_identity(petition.cause.organisation_id, queued.lang)
    rendered = render("retention_notice", queued.lang, identity=identity, **context)
    address: dict[str, Any] = {
        "to": organizer.email,
        "to_name": organizer.name,
        "digest": organizer.email_digest,
    }
    return Message(**address, lang=queued.lang, sender=identity.sender, **rendered._asdict())


def _petition_values(
    petition: Petition, form: Signature | UnconfirmedForm, lang: str, identity: EmailIdentity
) -> dict[str, Any]:
    text = petition.current_version.text(lang, petition.original_lang)
    return {
        "petition_title": text.title,
        "petition_lang": text.lang,
        "published_by": text.published_by,
        "cause_title": petition.cause.text(lang).title,
        "is_neutral": petition.neutral_emails,
        "signed_on": local_day(form.created_at),
        "petition_url": absolute_url(kind_of(petition.action_kind).show, lang, slug=petition.slug),
        "identity": identity,
    }


def _confirm_url(signature: Signature, form: UnconfirmedForm, lang: str) -> str:
    token = tokens.confirm_token(signature, form.id)
    return absolute_url("signatures.confirm", lang, token=token)


def _code_values(signature: Signature, form: UnconfirmedForm) -> dict[str, str]:
    """Return the code to type, and the same for screen readers, which say each character."""
    code = tokens.confirm_code(signature, form.id)
    return {"confirm_code": spaced(code), "spelled_code": " ".join(code)}


def _confirmation_values(signature: Signature, form: UnconfirmedForm, lang: str) -> dict[str, Any]:
    expires_at = min(
        _link_ends(signature, current_app.config),
        form.created_at + timedelta(days=site_settings().erase_pending_days),
    )
    return {
        "expires_on": local_day(expires_at),
        "erase_days": site_settings().erase_pending_days,
        "code_url": absolute_url("signatures.enter_code", lang),
        "code_address": without_scheme(SHORT_CODE_PATH),
        "link_request_url": absolute_url("signatures.request_own_link", lang),
    }


class _LinkValues(TypedDict):
    """The values of a personal link, as `render` gets them."""

    personal: dict[str, str]
    context: dict[str, Any]


def _own_page_values(signature: Signature, lang: str) -> _LinkValues:
    """Return the template values of the link to "What I signed"."""
    return _personal_link_values("signatures.mine", lang, tokens.token_for(tokens.MINE, signature))


def _news_page_values(subscription: Subscription, lang: str) -> _LinkValues:
    """Return the template values of the link to the news settings."""
    return _personal_link_values(
        "subscriptions.preferences",
        lang,
        news_tokens.token_for(news_tokens.PREFERENCES, subscription),
    )


def _personal_link_values(endpoint: str, lang: str, token: str) -> _LinkValues:
    return {
        "personal": {"mine_url": absolute_url(endpoint, lang, token=token)},
        "context": {
            "mine_until": last_day_of(token),
            "link_request_url": absolute_url("signatures.request_own_link", lang),
        },
    }


def petition_of_emails(petition_id: int) -> Petition:
    """Return the petition, read once for all emails of a pass.

    Most emails of a pass are about the same petition, and reading it is half of the work.
    """
    petitions: dict[int, Petition] = g.setdefault("petitions_of_emails", {})
    if petition_id not in petitions:
        petitions[petition_id] = cast(Petition, petition_by_id(petition_id))
    return petitions[petition_id]


def _link_ends(signature: Signature, config: Mapping[str, Any]) -> datetime:
    return cast(datetime, signature.mailed_at) + timedelta(days=site_settings().confirm_days)


SUBJECTS = {
    "signature_confirmation": _l("Please confirm your email address"),
    "signature_reminder": _l("Reminder: please confirm your email address"),
    "signature_last_reminder": _l("Last reminder: please confirm your email address"),
}
OTHER_SUBJECT = _l("About your request")


def with_neutral_sender(message: Message, template: str) -> Message:
    """Return the Message with a neutral subject and without the sender's name; keep its text."""
    with force_locale(locale_of(message.lang)):
        subject = str(SUBJECTS.get(template, OTHER_SUBJECT))
    return replace(message, subject=subject, has_sender_name=False)
