"""What we keep about supporters who sign, for the privacy page."""

from flask_babel import lazy_gettext as _l

from campaign.web.privacy_rows import NOBODY, ORGANIZERS, Kept, columns_of

COUNTED = _l(
    "As long as the signature is counted, until you withdraw it or the petition’s time for erasing has come"
)
LIKE_THE_SIGNATURE = _l("As long as the signature")

# What remains of an erased signature. The test of erasure checks against this list.
LEFT = (
    "petition_id",
    "version_id",
    "state",
    "number",
    "evidence",
    "created_at",
    "confirmed_at",
    "hatched_at",
    "withdrawn_at",
)

SIGNERS = (
    Kept(
        _l("Your name"),
        _l("It is the signature itself"),
        _l("Whoever receives the petition; the public only as far as you choose"),
        COUNTED,
        columns_of("signature", "given_name family_name name_display name_display_asked"),
    ),
    Kept(
        _l("Your e-mail address"),
        _l("To confirm that it was you, so that one person signs once"),
        _l("The organizers; never the public, never the target"),
        COUNTED,
        columns_of("signature", "email email_digest lang"),
    ),
    Kept(
        _l("Your country and postal code"),
        _l(
            "To show where support comes from; without an address, to tell two people of one name apart"
        ),
        _l("The organizers and the target; the public sees the country beside a shown name"),
        COUNTED,
        columns_of("signature", "country postal_code person_digest"),
    ),
    Kept(
        _l("Your few words"),
        _l("To be read with your signature"),
        _l(
            "The public and the target, once an organizer has approved them, and only beside a name or initials that you let be shown"
        ),
        COUNTED,
        columns_of("signature", "comment comment_shown comment_read_at"),
    ),
    Kept(
        _l("Your answers to a petition’s own questions"),
        _l("What the petition says beside the question"),
        ORGANIZERS,
        COUNTED,
        columns_of("signature", "answers"),
    ),
    Kept(
        _l("Which petition you signed, when, how, and which butterfly it became"),
        _l(
            "To count it once, to draw it, and to prove the count. A petition may count signatures in groups"
        ),
        _l("The organizers; the public sees number and day where your name is shown"),
        _l(
            "Permanently, once nothing of it says who you are. Of the times only the day then stays"
        ),
        columns_of("signature", " ".join(LEFT)),
    ),
    Kept(
        _l("Whether you want to hear more"),
        _l("To write to you about the cause, if you asked for it"),
        ORGANIZERS,
        LIKE_THE_SIGNATURE,
        columns_of("signature", "subscribe"),
    ),
    Kept(
        _l("Which letters we owe you or have sent you"),
        _l("So that none is lost, none comes twice, and no more than five are sent"),
        NOBODY,
        _l("30 days; the count of emails as long as the signature"),
        (
            *columns_of("signature", "mail_count mailed_at reminders"),
            *columns_of(
                "owed_message", "kind subject_id lang created_at due_at state last_error sent_at"
            ),
        ),
    ),
    Kept(
        _l("A fingerprint of an address that takes no mail"),
        _l("So that we do not write there again; it cannot be turned back into the address"),
        NOBODY,
        _l("As long as this site"),
        columns_of("undeliverable_address", "digest reason since reports message"),
    ),
    Kept(
        _l("An unconfirmed signature"),
        _l("To wait for your answer to our letter"),
        NOBODY,
        _l("%(days)s days, then it is erased"),
        (),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("Another form with the same email address"),
        _l(
            "So that you confirm exactly the form that you sent, and the answer on screen never tells who has signed"
        ),
        NOBODY,
        _l(
            "Until a form is confirmed, at most %(days)s days; about a second if you have signed already"
        ),
        columns_of(
            "repeat_signing",
            "petition_id words address_digest created_at signature_id mailed_at used_at",
        ),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("A change of your name or country that a rule held"),
        _l("So that an organizer looks at it before the public does"),
        ORGANIZERS,
        _l("Until an organizer has decided, or you change it again"),
        columns_of("held_correction", "signature_id words reason created_at"),
    ),
    Kept(
        _l("A fingerprint of an email address for which someone asked for a personal link"),
        _l("To send the link, and not more than three a day"),
        NOBODY,
        _l("One day"),
        columns_of("own_link_request", "email_digest exact_digest created_at"),
    ),
    Kept(
        _l("A signature set aside"),
        _l("To look closer where something is unusual, such as very many from one place at once"),
        ORGANIZERS,
        _l(
            "If you confirm it, until an organizer has looked at it; if nobody does, %(days)s days like any other"
        ),
        columns_of("signature", "held_reason held_at reviewed_at rejected_at"),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("Until when your signature waits to be counted"),
        _l("So that a count which moves does not tell that you have just signed"),
        ORGANIZERS,
        _l("About a day at most"),
        columns_of("signature", "waits_until"),
    ),
    Kept(
        _l("What your signature was before organizers decided about many at once"),
        _l("So that they can undo a mistake"),
        NOBODY,
        _l("7 days"),
        columns_of(
            "bulk_item",
            "signature_id state held_reason reviewed_at rejected_at comment_shown comment_read_at",
        ),
    ),
    Kept(
        _l("An index of the words in your name, email address and comment, and of your country"),
        _l("So that organizers can find your signature among millions"),
        NOBODY,
        LIKE_THE_SIGNATURE,
        columns_of("signature_lookup", "signature_id words"),
    ),
    Kept(
        _l("A withdrawn signature"),
        _l("So that you can undo it"),
        NOBODY,
        _l("%(days)s days, then it is erased"),
        (),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("What you sign on a tablet at a table"),
        _l("To reach us from where there is no network; it is sealed as you sign"),
        _l("Nobody, not even whoever has the tablet; the organizers once it has arrived"),
        _l(
            "On the tablet until it has arrived. What an organizer must look at waits for that, and goes %(days)s days after it is turned away"
        ),
        (
            *columns_of(
                "kiosk_record", "uuid sequence status reason key sealed consent decided_at"
            ),
            *columns_of(
                "kiosk_record", "received_at signed_at claimed_at petition_id signature_id shift_id"
            ),
        ),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("At which event and tablet you signed, and who staffed it"),
        _l("To find out what went wrong at a table, and to thank its people with a number"),
        ORGANIZERS,
        LIKE_THE_SIGNATURE,
        columns_of("signature", "kiosk_id shift_id event_id"),
    ),
    Kept(
        _l("The signature that you drew with your finger"),
        _l("To go with your name to whoever receives the petition"),
        ORGANIZERS,
        LIKE_THE_SIGNATURE,
        columns_of("kiosk_record", "drawn"),
    ),
    Kept(
        _l("Your network address"),
        _l(
            "To notice abuse. We keep only a fingerprint, made with a random key of that day. The key is deleted together with it."
        ),
        NOBODY,
        _l("%(days)s days"),
        columns_of("signature", "address_digest"),
        days="ADDRESS_DAYS",
    ),
    Kept(
        _l("What you wrote on a sheet of paper, while it is typed in"),
        _l("To count it; whoever typed it sees what is wrong before it comes in"),
        ORGANIZERS,
        _l(
            "Until it has come in or is thrown away, at most a week; from which sheet and row it came stays with the signature"
        ),
        columns_of(
            "import_row",
            "batch_id place cells typed sheet sheet_row fate fault why left_out signature_id",
        ),
    ),
    Kept(
        _l("Whose link brought you, and the campaign’s code in the address"),
        _l(
            "To tell supporters about how many came by their link, and to see which sheet or post works"
        ),
        _l(
            "The person whose link it is sees a round number, a day late, from five on; organizers see the code"
        ),
        LIKE_THE_SIGNATURE,
        (
            *columns_of("signature", "brought_by source"),
            *columns_of("share_deal", "signature_id text_id dealt_at shared_at"),
        ),
    ),
    Kept(
        _l("A file of signatures made for the hand-over or another purpose"),
        _l("To hand the signatures over; who had it made and what for stands in the audit trail"),
        _l("Organizers who may export; it lies encrypted"),
        _l("72 hours, then it is gone"),
        (),
    ),
)
