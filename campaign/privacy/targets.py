"""What we keep about people who are asked to act, for the privacy page."""

from flask_babel import lazy_gettext as _l

from campaign.privacy.rows import NOBODY, ORGANIZERS, RegisterRow, columns_of

UNTIL_REMOVED = _l(
    "Until 30 days after an organizer removes you from the list, in case it was a mistake"
)

OFFICE_HOLDERS = (
    RegisterRow(
        _l("Your name, office, party and area, and how to address you"),
        _l("To show supporters who decides, and to address petitions and letters to you"),
        _l("Everyone. It is public information about your office"),
        _l(
            "As long as petitions and letters name you. After an organizer removes you from the list, supporters can no longer choose you"
        ),
        columns_of(
            "target_profile",
            "external_id target_kind names honorifics salutations offices bodies party area area_names languages time_zone valid_from valid_until search_text",
        ),
    ),
    RegisterRow(
        _l("How to reach your office: email, phone, contact form and postal address"),
        _l("To deliver letters and signatures to you"),
        ORGANIZERS,
        UNTIL_REMOVED,
        (
            *columns_of(
                "target_profile", "contact_form telephones postal_address source checked_on"
            ),
            *columns_of("target_email", "address address_key position is_listed"),
        ),
    ),
    RegisterRow(
        _l("Your answer to a petition: who answered and when, the text and any document"),
        _l("To tell everyone who signed what you answered"),
        _l("Everyone, after an organizer has published it"),
        _l("As long as we keep the petition. Organizers can unpublish your answer"),
        (
            *columns_of(
                "answer",
                "target_id target_names answered_by day outcome original_lang texts state written_by_target published_at withdrawn_at created_at",
            ),
            *columns_of("answer_document", "media_type digest size width height data"),
        ),
    ),
    RegisterRow(
        _l("The links that let you answer a petition, and when you used them"),
        _l("So that only you can answer, and only once with each link"),
        ORGANIZERS,
        _l("As long as we keep the petition"),
        columns_of(
            "answer_link",
            "target_id lang last_day created_at revoked_at answered_at answer_id",
        ),
    ),
    RegisterRow(
        _l("Whether emails reach your address, and whether you asked for no more letters"),
        _l("So that we respect your wish, and do not write to an address that does not work"),
        ORGANIZERS,
        UNTIL_REMOVED,
        columns_of("target_email", "status status_at"),
    ),
    RegisterRow(
        _l("A code made from the email address of someone who wants no letters"),
        _l("So that we send them no letters. The code does not reveal the address"),
        NOBODY,
        _l("Permanently"),
        columns_of("letter_refusal", "address_digest created_at"),
    ),
    RegisterRow(
        _l("The last lists of people in office that we imported, and what they changed"),
        _l("To undo an import that was wrong"),
        ORGANIZERS,
        _l(
            "Until 30 days after the import. If we do not import a list, we delete it after seven days"
        ),
        columns_of(
            "target_import",
            "organizer_id file_name content counts preview changes created_at imported_at undone_at",
        ),
    ),
)
