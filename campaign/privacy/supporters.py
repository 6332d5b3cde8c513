"""What we keep about supporters who sign, for the privacy page."""

from flask_babel import lazy_gettext as _l

from campaign.privacy.rows import NOBODY, ORGANIZERS, RegisterRow, RowGroup, columns_of, rows_of

COUNTED = _l(
    "As long as the petition’s privacy notice says. We delete the data sooner if you withdraw the signature or it no longer counts"
)
LIKE_THE_SIGNATURE = _l("As long as the signature exists")

# What remains of an erased signature. The test of erasure checks against this list.
LEFT = (
    "petition_id",
    "version_id",
    "notice_id",
    "state",
    "number",
    "evidence",
    "created_at",
    "confirmed_at",
    "hatched_at",
    "withdrawn_at",
    "merged_into_id",
)

# What people may want where they sign or write a letter.
WISHES = (
    RegisterRow(
        _l("Whether you want updates"),
        _l("To email you updates about the cause, if you asked for them"),
        ORGANIZERS,
        LIKE_THE_SIGNATURE,
        columns_of("signature", "subscribe"),
        is_entered=True,
    ),
    RegisterRow(
        _l("Whether you want to be told about answers"),
        _l("To email you each time we publish an answer or a result, if you asked us to"),
        ORGANIZERS,
        LIKE_THE_SIGNATURE,
        columns_of("signature", "tell_answer"),
        is_entered=True,
    ),
)

SIGNER_GROUPS = (
    RowGroup(
        (
            RegisterRow(
                _l("Your name"),
                _l("It is your signature"),
                _l(
                    "The organizers. The people the petition is addressed to see only what the form says. The public sees only what you choose to show"
                ),
                COUNTED,
                columns_of(
                    "signature", "given_name family_name name_display name_display_requested"
                ),
                is_entered=True,
            ),
            RegisterRow(
                _l("Your email address"),
                _l("To confirm that it was you, so that each person signs only once"),
                _l(
                    "The organizers, but never the public or the people the petition is addressed to"
                ),
                COUNTED,
                columns_of("signature", "email email_digest lang"),
                is_entered=True,
            ),
            RegisterRow(
                _l("Your country and postal code"),
                _l(
                    "To show where support comes from and, if you gave no email address, to tell you apart from someone with the same name"
                ),
                _l(
                    "The organizers. The people the petition is addressed to get only what the form says. The public sees only your country, and only if you show your name or initials"
                ),
                COUNTED,
                columns_of("signature", "country postal_code person_digest"),
                is_entered=True,
            ),
            RegisterRow(
                _l("Your comment"),
                _l("To show it with your signature"),
                _l(
                    "The organizers. The public sees it after an organizer approves it, and only if you show your name or initials"
                ),
                COUNTED,
                columns_of("signature", "comment comment_shown comment_read_at"),
                is_entered=True,
            ),
            RegisterRow(
                _l("Your answers to the petition’s questions"),
                _l("For the purpose stated next to the question"),
                ORGANIZERS,
                COUNTED,
                columns_of("signature", "answers"),
                is_entered=True,
            ),
        ),
        _l("What you enter"),
    ),
    RowGroup(
        (
            RegisterRow(
                _l(
                    "The petition you signed, when and how you signed it, the privacy notice you saw, and your butterfly number"
                ),
                _l(
                    "To count your signature once, draw its butterfly and prove the count. Some petitions count signatures in groups, so that the count does not reveal who has just signed"
                ),
                _l(
                    "The organizers. If we show your name, the public sees your butterfly number and the day"
                ),
                _l(
                    "Permanently. After we delete your data, this record no longer identifies you. It shows only the day, not the time"
                ),
                columns_of("signature", " ".join(LEFT)),
            ),
            *WISHES,
            RegisterRow(
                _l("The emails we have sent you, and those we still have to send"),
                _l(
                    "So that no email is lost or sent twice, and you do not get too many about one signature"
                ),
                _l("The organizers see only how many emails there were"),
                _l(
                    "We keep the emails for 30 days. We keep their number as long as the signature exists"
                ),
                (
                    *columns_of("signature", "mail_count mailed_at reminders"),
                    *columns_of(
                        "outbox_message",
                        "kind subject_id lang created_at due_at state last_error sent_at",
                    ),
                ),
            ),
            RegisterRow(
                _l("An unconfirmed signature"),
                _l("So that you can confirm it by email"),
                ORGANIZERS,
                _l("We keep it for %(days)s days, then we delete it"),
                (),
                days="erase_pending_days",
            ),
            RegisterRow(
                _l("A withdrawn signature"),
                _l("So that you can change your mind"),
                ORGANIZERS,
                _l("We keep it for %(days)s days, then we delete it"),
                (),
                days="erase_pending_days",
            ),
            RegisterRow(
                _l("Your IP address"),
                _l(
                    "To stop floods of fake signatures. We keep only a code made from it with a secret random key. The key changes every day"
                ),
                NOBODY,
                _l("We delete the code and its key after %(days)s days"),
                columns_of("signature", "address_digest"),
                days="address_days",
            ),
            RegisterRow(
                _l("Who shared the link you followed, and the code that says where it was shared"),
                _l(
                    "To show supporters roughly how many people used their link, and organizers which flyer or post works"
                ),
                _l(
                    "Once five people have used the link, the person who shared it sees a rounded number, "
                    "one day old. Organizers see the code in the link"
                ),
                LIKE_THE_SIGNATURE,
                (
                    *columns_of("signature", "referrer_id source"),
                    *columns_of("share_assignment", "signature_id text_id assigned_at shared_at"),
                ),
            ),
        ),
        _l("What else we keep"),
    ),
    RowGroup(
        (
            RegisterRow(
                _l("What you sign on a tablet at a signing table"),
                _l(
                    "So that you can sign in places without internet. The tablet encrypts it as you sign"
                ),
                _l(
                    "The organizers, after it reaches us. Before that, nobody sees it, not even the person holding the tablet"
                ),
                _l(
                    "On the tablet until it reaches us. If an organizer must review it, we keep it until they decide, and %(days)s more days if they reject it"
                ),
                (
                    *columns_of(
                        "kiosk_record",
                        "uuid sequence status reason key sealed consent notice_id decided_at",
                    ),
                    *columns_of(
                        "kiosk_record",
                        "received_at signed_at claimed_at petition_id signature_id shift_id",
                    ),
                ),
                days="erase_pending_days",
            ),
            RegisterRow(
                _l("The event and the tablet where you signed, and who was at the table"),
                _l(
                    "To find out what went wrong at a table, and to tell the team how many signatures they collected"
                ),
                ORGANIZERS,
                LIKE_THE_SIGNATURE,
                columns_of("signature", "kiosk_id shift_id event_id"),
            ),
            RegisterRow(
                _l("The signature you drew with your finger"),
                _l("To prove that you signed in person, if anyone asks the organizers"),
                ORGANIZERS,
                LIKE_THE_SIGNATURE,
                columns_of("kiosk_record", "drawing"),
            ),
            RegisterRow(
                _l("What you wrote on a paper sheet, while someone types it in"),
                _l(
                    "To count your signature. The person who types it in sees any errors before importing it"
                ),
                ORGANIZERS,
                _l(
                    "Until we import or discard it, or a week after the last change. We keep the sheet and row number with the signature"
                ),
                columns_of(
                    "import_row",
                    "batch_id place cells typed sheet sheet_row outcome error_code outcome_details left_out signature_id",
                ),
            ),
            RegisterRow(
                _l("When you gave your consent on a partner’s website"),
                _l("To prove that you agreed"),
                ORGANIZERS,
                LIKE_THE_SIGNATURE,
                columns_of("signature", "consent_at"),
            ),
        ),
        _l("At a signing table, on paper or through a partner"),
        is_closed=True,
    ),
    RowGroup(
        (
            RegisterRow(
                _l("A signature held for review"),
                _l("To check unusual activity, such as many signatures from one place at once"),
                ORGANIZERS,
                _l(
                    "If you confirm it, until an organizer has reviewed it. If nobody confirms it, we delete it after %(days)s days"
                ),
                columns_of("signature", "held_reason held_at reviewed_at rejected_at"),
                days="erase_pending_days",
            ),
            RegisterRow(
                _l("A change to your name or country that is held for review"),
                _l("So that an organizer can review it before the public sees it"),
                ORGANIZERS,
                _l("Until an organizer has decided, or you change it again"),
                columns_of("held_correction", "signature_id changes reason created_at"),
            ),
            RegisterRow(
                _l("How long your signature waits before it is counted"),
                _l("So that a change in the count does not reveal that you just signed"),
                ORGANIZERS,
                _l("A day or so"),
                columns_of("signature", "waits_until"),
            ),
            RegisterRow(
                _l("An export of signatures for delivery or another purpose"),
                _l(
                    "To deliver the signatures, or for another purpose. We record who created the file and why"
                ),
                _l("Organizers who may export. The file is encrypted"),
                _l("We keep it for three days, then we delete it"),
                (),
            ),
        ),
        _l("When we review, count or export signatures"),
        is_closed=True,
    ),
    RowGroup(
        (
            RegisterRow(
                _l("A second form sent with the same email address"),
                _l(
                    "So that you confirm exactly the form you sent, and the page never shows who has signed"
                ),
                NOBODY,
                _l(
                    "Until you confirm one of the forms, but %(days)s days at most. If you have already signed, we delete the new form within about a second"
                ),
                columns_of(
                    "repeat_signing",
                    "petition_id form_data notice_id address_digest created_at signature_id mailed_at used_at",
                ),
                days="erase_pending_days",
            ),
            RegisterRow(
                _l("A code made from an email address that someone entered to get a personal link"),
                _l("To send the link, but no more than three a day"),
                NOBODY,
                _l("One day"),
                columns_of("own_link_request", "email_digest exact_digest created_at"),
            ),
            RegisterRow(
                _l(
                    "Your request to use a new email address: both addresses, when you made it and how it ended"
                ),
                _l(
                    "To confirm the new address, and to give the person who uses the old one time to stop the change"
                ),
                NOBODY,
                _l("Until 30 days after the request ends"),
                columns_of(
                    "address_change",
                    "state lang old_email old_digest new_email new_digest needs_agreement created_at "
                    "confirmed_at takes_effect_at ended_at",
                ),
            ),
            RegisterRow(
                _l("A code made from an email address that does not work"),
                _l("So that we do not email that address again. The code does not reveal it"),
                NOBODY,
                _l("Permanently"),
                columns_of("undeliverable_address", "digest reason since reports message"),
            ),
            RegisterRow(
                _l("An index of your name, email address, country and the words in your comment"),
                _l("So that organizers can find your signature among millions"),
                NOBODY,
                LIKE_THE_SIGNATURE,
                columns_of("signature_lookup", "signature_id terms"),
            ),
            RegisterRow(
                _l(
                    "Your signature as it was before a bulk decision, or a decision about your name"
                ),
                _l("So that we can undo a mistake"),
                NOBODY,
                _l("Seven days"),
                columns_of(
                    "bulk_item",
                    "signature_id state held_reason reviewed_at rejected_at comment_shown comment_read_at "
                    "name_display name_display_requested",
                ),
            ),
        ),
        _l("What only this site’s software uses"),
        is_closed=True,
    ),
)
SIGNERS = rows_of(SIGNER_GROUPS)
