"""What we keep about supporters who write letters, where it differs from signatures."""

from flask_babel import lazy_gettext as _l

from campaign.privacy.rows import ORGANIZERS, RegisterRow, RowGroup, columns_of, rows_of

COUNTED = _l(
    "As long as the letter’s privacy notice says. We delete the data sooner if you withdraw the letter or it no longer counts"
)

# The columns of the first three rows and of the answers are in the rows about signatures.
WRITER_GROUPS = (
    RowGroup(
        (
            RegisterRow(
                _l("Your name"),
                _l("To sign your letter"),
                _l(
                    "The organizers. Your recipients see your full name. The public sees only what you choose to show"
                ),
                COUNTED,
                (),
                is_entered=True,
            ),
            RegisterRow(
                _l("Your email address"),
                _l("To confirm that it was you, so that each person takes part only once"),
                _l(
                    "The organizers. Your recipients see it only if you let them reply, or if you send your letter yourself. The public never sees it"
                ),
                COUNTED,
                (),
                is_entered=True,
            ),
            RegisterRow(
                _l("Your country and postal code"),
                _l("To find out who represents you, and to show where letters come from"),
                _l(
                    "The organizers. Your recipients see your country, and your postal code if the form requires it. The public sees only your country, and only if you show your name or initials"
                ),
                COUNTED,
                (),
                is_entered=True,
            ),
            RegisterRow(
                _l("Who you chose to write to, and whether they may reply to you by email"),
                _l("To deliver your letter"),
                _l("The organizers. Your recipients see only what is sent to them"),
                COUNTED,
                columns_of("signature", "kind_data"),
                is_entered=True,
            ),
        ),
        _l("You, and the people you write to"),
    ),
    RowGroup(
        (
            RegisterRow(
                _l("The letters you write, signed with your name"),
                _l("To deliver them, and to give you the text if we could not deliver one"),
                _l("The people you write to, and the organizers"),
                _l("Until 60 days after delivery. Then we delete the text and your answers in it"),
                columns_of("letter", "subject body lang shares_address"),
                is_entered=True,
            ),
            RegisterRow(
                _l("Your answers to other questions on the form"),
                _l("For the purpose stated next to the question"),
                ORGANIZERS,
                COUNTED,
                (),
                is_entered=True,
            ),
            RegisterRow(
                _l("Who your letters went to, when, and how"),
                _l("To deliver each letter once, and to tell you if we could not deliver one"),
                ORGANIZERS,
                _l("Permanently. After we delete your data, this record no longer identifies you"),
                columns_of(
                    "letter",
                    "signature_id petition_id profile_id batch_id target_name address way state reason "
                    "personal_percent created_at not_before queued_at sent_at bounced_at stopped_at erased_at",
                ),
            ),
            RegisterRow(
                _l("The PDF of letters that we send together"),
                _l("To send many letters to the same person in one email"),
                _l("The people you write to"),
                _l(
                    "We keep the PDF until we send the email. We permanently keep a record of who it went to and when"
                ),
                columns_of(
                    "letter_batch",
                    "petition_id profile_id lang address document created_at sent_at bounced_at",
                ),
            ),
        ),
        _l("Your letters"),
    ),
)
WRITERS = rows_of(WRITER_GROUPS)
