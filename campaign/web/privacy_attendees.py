"""What we keep about people who register for events or subscribe, for the privacy page."""

from flask_babel import lazy_gettext as _l

from campaign.web.privacy_rows import NOBODY, Kept, columns_of

WITH_REGISTRATION = _l("%(days)s days after the event or after you cancel, then it is erased")

GUESTS = (
    Kept(
        _l("Your name, your e-mail address and how many come"),
        _l("To keep your seat, to write to you about it, and to know you at the door"),
        _l("The organizers of the event; never the public"),
        WITH_REGISTRATION,
        columns_of("registration", "name email email_digest seats lang code event_id"),
        days="REGISTRATION_DAYS",
    ),
    Kept(
        _l("A registration that is not confirmed"),
        _l("To hold your seats for an hour and wait for you to confirm by email"),
        _l("The organizers of the event; never the public"),
        _l("%(days)s days, then it is erased"),
        (),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("Your answers to the event’s own questions"),
        _l("What the event says beside the question"),
        _l("The organizers of the event; never the public"),
        WITH_REGISTRATION,
        columns_of("registration", "answers"),
        days="REGISTRATION_DAYS",
    ),
    Kept(
        _l("Whether you have a seat, wait for one or cancelled, and whether you came"),
        _l("So that a freed seat goes to who waits longest, and the organizers know how many came"),
        _l("The organizers of the event; never the public"),
        WITH_REGISTRATION,
        columns_of(
            "registration",
            "state held_reason waits_since hold_seats hold_until cancelled_at checked_in_at created_at mail_count mailed_at reminded sequence",
        ),
        days="REGISTRATION_DAYS",
    ),
)

READERS = (
    Kept(
        _l(
            "A subscription to news: your e-mail, language, how often, the words you agreed to and when"
        ),
        _l("To send you the news that you asked for"),
        _l("Nobody reads through it; organizers see how many there are"),
        _l(
            "Until you stop it, then %(days)s days; unconfirmed %(days)s days. That you had agreed stays, without who you are"
        ),
        (
            *columns_of(
                "subscription",
                "cause_id email email_digest lang frequency state source evidence signature_id held_reason",
            ),
            *columns_of(
                "subscription", "consent_at consent_text consent_version created_at confirmed_at"
            ),
            *columns_of(
                "subscription",
                "ended_at ended_reason ended_mailing_id mail_count mailed_at digest_at digest_from",
            ),
        ),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("Which letter with news went to which subscription"),
        _l("So that none comes twice"),
        NOBODY,
        _l("A few weeks after the last of its letters; only how many there were stays"),
        columns_of("mailing_receipt", "mailing_id subscription_id email_digest owed_at"),
    ),
    Kept(
        _l("Your wish to be sent no news ever again"),
        _l("To obey it; kept only as a keyed fingerprint that cannot be turned back"),
        _l("Owners of causes, who must know an address to look it up; the list shows none"),
        _l("For good"),
        columns_of("suppressed_address", "digest reason since note"),
    ),
)
