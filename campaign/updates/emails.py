"""The emails that carry updates.

Each text is written when the email is sent. The email is dropped if its reader has unsubscribed by
then.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id
from campaign.extensions import db
from campaign.http.urls import absolute_url
from campaign.i18n.locales import locale_of
from campaign.i18n.long_dates import long_date
from campaign.mail.bulk.models import BulkReceipt
from campaign.mail.bulk.rendering import (
    BulkRenderer,
    ReadersOfPass,
    once_per_pass,
    sending_waits,
)
from campaign.mail.composition import Message, RenderedEmail, render
from campaign.mail.models import OutboxRow
from campaign.mail.renderers import register
from campaign.mail.writing.inline_styles import with_inline_styles
from campaign.organisations.email_tests import compose_test, subject_of_test
from campaign.organisations.emails import EmailIdentity, email_identity
from campaign.process.clock import utcnow
from campaign.subscriptions.emails import list_values
from campaign.subscriptions.models import BY_SIGNING, Subscription
from campaign.subscriptions.queries import organisation_of_subscription
from campaign.text.markdown import TextPicture, to_html, to_text
from campaign.updates.body_pictures import pictures_of
from campaign.updates.mailing import DIGEST, EMAIL, TEST, mailing_sender
from campaign.updates.mailing_models import Mailing, MailingReceipt
from campaign.updates.models import Update
from campaign.updates.presenters import card
from campaign.updates.queries import public_at, update_by_id
from campaign.updates.recipients import mailable
from campaign.updates.signing_links import (
    SigningLink,
    load_signatures,
    sample_link,
    signing_link,
)


def init_app(app: Flask) -> None:
    """Register the renderers of the emails that carry updates."""
    register(
        app,
        EMAIL,
        mailing_renderer.render,
        _l("Update to a subscriber"),
        load=mailing_renderer.load,
    )
    register(app, TEST, _render_test, _l("Test email with an update"))
    register(
        app, DIGEST, _render_digest, _l("Weekly updates to a subscriber"), load=_load_weekly_readers
    )


def wording_of(
    update: Update,
    lang: str,
    *,
    why: str,
    end_url: str,
    preferences_url: str,
    link: SigningLink | None = None,
) -> RenderedEmail:
    """Return the RenderedEmail of an update's email in `lang`, for its readers and for a preview.

    `link` is the link to sign a related petition, if there is one.
    """
    return render(
        "update_letter",
        lang,
        personal={
            "end_url": end_url,
            "preferences_url": preferences_url,
            **_signing_urls(link),
        },
        why=why,
        **_signing_texts(link),
        **_shared_context(update, lang),
    )


def _signing_urls(link: SigningLink | None) -> dict[str, str]:
    """Return the URL to sign with one press, or that of the petition's page. The other is empty."""
    is_one_press = link is not None and link.is_one_press
    url = link.url if link else ""
    return {"press_url": url if is_one_press else "", "sign_url": "" if is_one_press else url}


def _signing_texts(link: SigningLink | None) -> dict[str, str]:
    return {
        "sign_title": link.title if link else "",
        "sign_lang": link.title_lang if link else "",
        "sign_call": link.call if link else "",
    }


def _shared_context(update: Update, lang: str) -> dict[str, Any]:
    """Return what all readers in `lang` get."""
    return once_per_pass("context of update", (update.id, lang), lambda: _context(update, lang))


def _context(update: Update, lang: str) -> dict[str, Any]:
    text = update.text(lang)
    shown = card(update, lang)
    pictures = _pictures(update, text.lang)
    return {
        "title": text.title,
        "summary": shown.summary,
        "date": _day(shown.date, lang),
        "body": with_inline_styles(to_html(text.body, pictures, links_pictures=True)),
        "body_lang": text.lang,
        "plain_body": to_text(text.body, pictures, shows_links=True),
        "update_url": absolute_url("updates.show", lang, slug=update.slug),
        "cause_title": shown.cause,
        "identity": email_identity(update.cause.organisation_id, lang),
    }


def sample(update: Update, lang: str) -> RenderedEmail:
    """Return the RenderedEmail of an update's email as readers will get it.

    Its links open the archive instead of a reader's own pages.
    """
    with force_locale(locale_of(lang)):
        why = _(
            "You are getting this email because you subscribed to updates about “%(title)s”.",
            title=update.cause.text(lang).title,
        )
    archive = absolute_url("updates.of_cause", lang, slug=update.cause.slug)
    link = sample_link(update, lang, now=utcnow())
    return wording_of(update, lang, why=why, end_url=archive, preferences_url=archive, link=link)


def reason_for(subscription: Subscription, cause_title: str, lang: str) -> str:
    """Return the sentence that says why the reader gets this email."""
    with force_locale(locale_of(lang)):
        if subscription.source in BY_SIGNING:
            return _(
                "You are getting this email because you asked for updates about “%(title)s” when you signed.",
                title=cause_title,
            )
        if subscription.cause_id is None:
            return _(
                "You are getting this email because you subscribed to updates about all our causes."
            )
        return _(
            "You are getting this email because you subscribed to updates about “%(title)s”.",
            title=cause_title,
        )


def _load_signers(receipts: Sequence[BulkReceipt]) -> None:
    """Read what readers have signed, for the receipts of updates about an action."""
    load_signatures(
        {bytes(receipt.email_digest) for receipt in receipts if _is_about_actions(receipt)}
    )


def _is_about_actions(receipt: BulkReceipt) -> bool:
    """Return whether the update of a receipt is about any action that its reader may sign."""
    mailing = mailing_renderer.row_of(receipt)
    update = _update(mailing.update_id) if mailing else None
    return update is not None and bool(update.petitions)


def _load_weekly_readers(subscription_ids: Collection[int]) -> None:
    """Read the readers of many weekly emails, and what they signed, at once."""
    _readers.load(subscription_ids)
    readers = (_readers.get(subscription_id) for subscription_id in subscription_ids)
    load_signatures({bytes(reader.email_digest or b"") for reader in readers if reader})


def _update(update_id: int) -> Update | None:
    return once_per_pass("update", update_id, lambda: update_by_id(update_id))


def _compose(mailing: Mailing, reader: Subscription, _receipt: BulkReceipt) -> Message | None:
    """Return the email of an update to one reader, or None if the update was deleted.

    Raise NotNow while it is not public.
    """
    update = _update(mailing.update_id)
    if update is None:
        return None
    if update.phase(utcnow()) != "public":
        raise sending_waits()
    cause_title = update.cause.text(reader.lang).title
    list_headers = list_values(reader, update.cause, reader.lang, mailing_id=mailing.id)
    wording = wording_of(
        update,
        reader.lang,
        why=reason_for(reader, cause_title, reader.lang),
        end_url=list_headers["list_unsubscribe"],
        preferences_url=list_headers["preferences_url"],
        link=signing_link(update, reader, reader.lang, source=f"m{mailing.id}", now=utcnow()),
    )
    identity = email_identity(update.cause.organisation_id, reader.lang)
    return _message(reader, wording, list_headers, identity)


_readers = ReadersOfPass("subscriptions", mailable)
mailing_renderer = BulkRenderer(
    mailing_sender, readers=_readers, compose=_compose, load_more=_load_signers
)


def _render_test(message: OutboxRow) -> Message | None:
    """Return a test email to an organizer, or None if they or the update are gone."""
    update_id = subject_of_test(message.subject_id)
    update = update_by_id(update_id) if update_id else None
    if update is None:
        return None
    return compose_test(
        message.subject_id,
        sample(update, message.lang),
        lang=message.lang,
        organisation_id=update.cause.organisation_id,
    )


def _render_digest(message: OutboxRow) -> Message | None:
    """Return the weekly email to one reader, or None if they do not want it or have no news."""
    reader = _readers.get(message.subject_id)
    if reader is None or reader.frequency != "weekly":
        return None
    lang = reader.lang
    now = utcnow()
    news = _news_of_week(reader, now)
    if not news:
        return None
    # One email asks for one action. It is below the newest update about an action that the reader
    # may sign.
    links = [
        signing_link(update, reader, lang, source=f"m{mailing_id}", now=now)
        for update, mailing_id in news
    ]
    first = next((index for index, link in enumerate(links) if link), 0)
    cause = cause_by_id(reader.cause_id) if reader.cause_id else None
    list_headers = list_values(reader, cause, lang)
    identity = email_identity(organisation_of_subscription(reader), lang)
    title = cause.text(lang).title if cause else ""
    context: dict[str, Any] = {
        "updates": [_digest_item(update, lang) for update, _mailing_id in news],
        "sign_below": first,
        **_signing_texts(links[first]),
        "shows_cause": cause is None,
        "cause_title": title,
        "identity": identity,
        "why": reason_for(reader, title, lang),
    }
    personal = {
        "end_url": list_headers["list_unsubscribe"],
        "preferences_url": list_headers["preferences_url"],
        **_signing_urls(links[first]),
    }
    wording = render("update_digest", lang, personal=personal, **context)
    return _message(reader, wording, list_headers, identity)


def _news_of_week(reader: Subscription, now: datetime) -> list[tuple[Update, int]]:
    """Return the updates for the reader's weekly email and the ids of their mailings, newest first.

    They were mailed within the period of this weekly email. Updates that the reader got in a
    separate email are left out.
    """
    received = select(MailingReceipt.bulk_email_id).where(
        MailingReceipt.email_digest == reader.email_digest
    )
    query = (
        select(Update.id, Mailing.id.label("mailing_id"), Mailing.langs, Mailing.kinds)
        .join(Mailing, Mailing.update_id == Update.id)
        .join(Update.cause)
        .where(
            *public_at(now),
            Mailing.state != "stopped",
            Mailing.starts_at > reader.digest_from,
            Mailing.starts_at <= reader.digest_at,
            Mailing.id.not_in(received),
        )
        .order_by(Update.publish_at.desc(), Update.id.desc())
    )
    if reader.cause_id is not None:
        query = query.where(Update.cause_id == reader.cause_id)
    else:
        query = query.where(Cause.organisation_id == reader.organisation_id)
    kind = "signers" if reader.source in BY_SIGNING else "subscribers"
    chosen = [
        row
        for row in db.session.execute(query)
        if (not row.langs or reader.lang in row.langs) and (not row.kinds or kind in row.kinds)
    ]
    updates = [(update_by_id(row.id), row.mailing_id) for row in chosen]
    return [(update, mailing_id) for update, mailing_id in updates if update]


def _digest_item(update: Update, lang: str) -> SimpleNamespace:
    shown = card(update, lang)
    url = absolute_url("updates.show", lang, slug=update.slug)
    fields = {
        "title": shown.title,
        "summary": shown.summary,
        "lang": shown.lang,
        "cause": shown.cause,
    }
    return SimpleNamespace(**fields, date=_day(shown.date, lang), url=url)


def _message(
    reader: Subscription,
    wording: RenderedEmail,
    list_headers: dict[str, str],
    identity: EmailIdentity,
) -> Message:
    return Message(
        # Only ended subscriptions lack an address.
        to=cast(str, reader.email),
        digest=cast(bytes, reader.email_digest),
        lang=reader.lang,
        sender=identity.sender,
        list_id=list_headers["list_id"],
        list_unsubscribe=list_headers["list_unsubscribe"],
        **wording._asdict(),
    )


def _day(date: date, lang: str) -> str:
    return long_date(date, locale_of(lang))


def _pictures(update: Update, lang: str) -> tuple[TextPicture, ...]:
    """Return the pictures of the text, described as emails show them.

    An email loads no pictures, because loading them would reveal when it is read.
    """
    with force_locale(locale_of(lang)):
        return tuple(
            replace(picture, alt=_("Picture: %(what)s", what=picture.alt))
            for picture in pictures_of(update, lang, is_absolute=True)
        )
