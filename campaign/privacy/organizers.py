"""What we keep about organizers, for the privacy page."""

from flask_babel import lazy_gettext as _l

from campaign.privacy.rows import NOBODY, RegisterRow, columns_of

ADMINS = _l("You and the admins of this site")
ACCOUNT = _l("Until your account is removed")

WORKERS = (
    RegisterRow(
        _l("Your name, your email address and your language"),
        _l("So that you can sign in, and we can record who did what"),
        _l("The admins of this site and people who work on the same cause"),
        _l("As long as your name is in the activity log"),
        columns_of("organizer", "name email email_digest lang created_at removed_at"),
    ),
    RegisterRow(
        _l("What you may do, and where"),
        _l("So that each person sees only their own causes"),
        ADMINS,
        ACCOUNT,
        columns_of("role_grant", "organizer_id role cause_id organisation_id created_at"),
    ),
    RegisterRow(
        _l("How you sign in: your password, codes, passkeys and links"),
        _l(
            "So that only you can sign in. We store passwords and codes in a form that nobody can read"
        ),
        NOBODY,
        ACCOUNT,
        (
            *columns_of("organizer", "password_hash totp_secret totp_step"),
            *columns_of(
                "passkey",
                "organizer_id credential_id public_key sign_count name transports is_synced created_at used_at",
            ),
            *columns_of("recovery_code", "organizer_id code_digest used_at"),
            *columns_of(
                "account_link", "organizer_id purpose invited_by_id created_at expires_at used_at"
            ),
        ),
    ),
    RegisterRow(
        _l("Where you are signed in: the browser, the network and when"),
        _l("So that you can see where you are signed in, and sign out devices you do not know"),
        _l("You"),
        _l("Until twelve hours after you last used the site. We recognize a browser for one year"),
        (
            *columns_of(
                "organizer_session",
                "organizer_id token_digest stage device address created_at seen_at confirmed_at expires_at",
            ),
            *columns_of(
                "known_device", "organizer_id token_digest device address lang created_at seen_at"
            ),
        ),
    ),
    RegisterRow(
        _l("Your shift at a table: your name or initials, the times and how many people signed"),
        _l("So that the next shift can start, and the organizers know who to ask"),
        _l("The organizers of the event"),
        _l("As long as the event exists"),
        columns_of("kiosk_shift", "tabler started_at ended_at tally"),
    ),
    RegisterRow(
        _l("The activity log: what you did, when, why and from which network"),
        _l("So that supporters can trust what happens to their data"),
        _l("The admins of this site and the owners of the cause"),
        _l("As long as this site exists. The database does not allow changes to the log"),
        (
            *columns_of(
                "audit_entry",
                "organizer_id at channel address action subject_kind subject_id cause_id reason details",
            ),
            *columns_of("account_alert", "organizer_id entry_id"),
            *columns_of("switch", "organizer_id off_since off_until reason"),
        ),
    ),
    RegisterRow(
        _l("Exports you created, and the options you last chose"),
        _l("So that you can find your file, and each file has a stated purpose"),
        _l("Organizers who may export"),
        _l(
            "We keep the list as long as the file exists, and your choices until your account is removed"
        ),
        (
            *columns_of(
                "export",
                "organizer_id petition_id cause_id organisation_id kind aim purpose choice state requested_at ready_at",
            ),
            *columns_of("export_choice", "organizer_id petition_id aim kind choice"),
        ),
    ),
    RegisterRow(
        _l("Which sheets and files you imported"),
        _l("So that we can find and undo a mistake"),
        _l("Organizers who may import signatures"),
        _l(
            "As long as the petition exists. After the import, we delete the contents of the sheets and files"
        ),
        columns_of(
            "import_batch",
            "organizer_id petition_id cause_id kind name sheet rows counts state created_at imported_at",
        ),
    ),
    RegisterRow(
        _l("Which lists of subscribers you imported"),
        _l("So that we can find and undo a mistake"),
        _l("Organizers who may import subscribers"),
        _l(
            "As long as the cause or the organization exists. We delete the file once it is imported"
        ),
        columns_of(
            "subscriber_import",
            "organizer_id cause_id organisation_id asks name counts state created_at",
        ),
    ),
    RegisterRow(
        _l("What you decided about many signatures at once, and why"),
        _l("So that we can undo a mistake"),
        _l("Organizers who review signatures in that cause"),
        _l(
            "As long as the cause exists. After the decision is applied, we delete the words you searched for"
        ),
        columns_of(
            "bulk_decision",
            "organizer_id undone_by cause_id verb search reason state previewed_at decided_at finished_at",
        ),
    ),
)
