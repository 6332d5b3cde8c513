"""What we keep about people who register for events or subscribe, for the privacy page."""

from flask_babel import lazy_gettext as _l

from campaign.privacy.rows import NOBODY, RegisterRow, columns_of

WITH_REGISTRATION = _l(
    "Until %(days)s days after the event, or %(days)s days after you cancel if that is sooner"
)

GUESTS = (
    RegisterRow(
        _l("Your name, your email address and how many people are coming"),
        _l("To reserve your seat, email you about the event and check you in"),
        _l("The organizers of the event, never the public"),
        WITH_REGISTRATION,
        columns_of("registration", "name email email_digest seats lang code event_id notice_id"),
        days="registration_days",
        is_entered=True,
    ),
    RegisterRow(
        _l("An unconfirmed registration"),
        _l("To hold your seats for an hour while you confirm by email"),
        _l("The organizers of the event, never the public"),
        _l("We keep it for %(days)s days, then we delete it"),
        (),
        days="erase_pending_days",
    ),
    RegisterRow(
        _l("Your answers to the event’s questions"),
        _l("For the purpose stated next to the question on the event page"),
        _l("The organizers of the event, never the public"),
        WITH_REGISTRATION,
        columns_of("registration", "answers"),
        days="registration_days",
        is_entered=True,
    ),
    RegisterRow(
        _l("Whether you have a seat, are on the waiting list or cancelled, and whether you came"),
        _l(
            "So that a free seat goes to the person who has waited longest, and organizers know how many people came"
        ),
        _l("The organizers of the event, never the public"),
        WITH_REGISTRATION,
        columns_of(
            "registration",
            "state held_reason waits_since hold_seats hold_until cancelled_at checked_in_at created_at mail_count mailed_at reminder_count sequence",
        ),
        days="registration_days",
    ),
    RegisterRow(
        _l("Which emails about the event we sent you"),
        _l("So that you never get the same email twice"),
        NOBODY,
        _l("For 25 days after the email. Then we keep only how many we sent"),
        columns_of("event_message_receipt", "message_id registration_id email_digest queued_at"),
    ),
)

READERS = (
    RegisterRow(
        _l(
            "Your subscription to updates: your email address, your language, how often you get them, what you agreed to and when"
        ),
        _l("To send you the updates you asked for"),
        _l(
            "The owners of a cause, who can download the list. Other organizers see only how many subscriptions there are"
        ),
        _l(
            "Until %(days)s days after you unsubscribe. After that, we know only that someone agreed, not who. If you never confirm, we delete it after %(days)s days. If your address was on an imported list and you never confirmed, we keep a code made from it, so that we do not ask again"
        ),
        (
            *columns_of(
                "subscription",
                "cause_id organisation_id email email_digest lang frequency state source evidence signature_id import_id held_reason",
            ),
            *columns_of("subscription", "notice_id created_at confirmed_at"),
            *columns_of(
                "subscription",
                "ended_at ended_reason ended_mailing_id mail_count mailed_at digest_at digest_from",
            ),
        ),
        days="erase_pending_days",
        is_entered=True,
    ),
    RegisterRow(
        _l("The exact text you agreed to, when and how you agreed, and when you withdrew"),
        _l("To prove that you agreed, and to stop when you withdraw your consent"),
        _l("You, and the organizers who export signatures"),
        _l(
            "We keep your consent to show your name or to be told about answers as long as the signature exists. We keep your consent to updates as long as this site exists. After we delete your data, the record says only that someone agreed, not who"
        ),
        columns_of(
            "consent", "subject_kind subject_id purpose text_id channel given_at withdrawn_at"
        ),
    ),
    RegisterRow(
        _l("Which updates, answers and results we emailed you"),
        _l("So that you never get the same email twice"),
        NOBODY,
        _l(
            "For 25 days after the last email about that update, answer or result. Then we keep only how many we sent"
        ),
        (
            *columns_of("mailing_receipt", "mailing_id subscription_id email_digest queued_at"),
            *columns_of("answer_receipt", "telling_id signature_id email_digest"),
        ),
    ),
    RegisterRow(
        _l("Your request never to get updates again"),
        _l(
            "To respect your request. We keep only a code made with a secret key. It does not reveal your address"
        ),
        _l("Owners of causes can check an address that they enter. The list shows no addresses"),
        _l("Permanently"),
        columns_of("suppressed_address", "digest reason since note"),
    ),
)
