"""What we keep about supporters who write letters, and about the people they write to."""

from flask_babel import lazy_gettext as _l

from campaign.privacy.rows import NOBODY, ORGANIZERS, RegisterRow, columns_of
from campaign.privacy.supporters import COUNTED

WRITERS = (
    RegisterRow(
        _l("Who you chose to write to, and whether they may answer you by email"),
        _l("To deliver your letter"),
        ORGANIZERS,
        COUNTED,
        columns_of("signature", "kind_data"),
        is_entered=True,
    ),
    RegisterRow(
        _l("The letters you write, signed with your name"),
        _l("To deliver them, and to give you the text if one could not be delivered"),
        _l("The people you write to, and the organizers"),
        _l("Until 60 days after delivery. Then we delete the text and your answers in it"),
        columns_of("letter", "subject body lang shares_address"),
        is_entered=True,
    ),
    RegisterRow(
        _l("Who your letters went to, when, and how"),
        _l("To deliver each letter once, and to tell you if one could not be delivered"),
        ORGANIZERS,
        _l("Permanently, once nothing in it identifies you"),
        columns_of(
            "letter",
            "signature_id petition_id profile_id batch_id target_name address way state reason "
            "personal_percent created_at not_before queued_at sent_at bounced_at stopped_at erased_at",
        ),
    ),
    RegisterRow(
        _l("Letters that are sent together, as a PDF, until their email is sent"),
        _l("To send many letters to the same person in one email"),
        _l("The people you write to"),
        _l("We keep the PDF until the email is sent. We keep permanently who it went to and when"),
        columns_of(
            "letter_batch",
            "petition_id profile_id lang address document created_at sent_at bounced_at",
        ),
    ),
    RegisterRow(
        _l("A code made from the email address of someone who wants no letters"),
        _l("So that we send them none. The code cannot be turned back into the address"),
        NOBODY,
        _l("As long as this site exists"),
        columns_of("letter_refusal", "address_digest created_at"),
    ),
)
