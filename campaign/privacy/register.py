"""The register of personal data: what is kept, why, who sees it and how long.

The privacy page is made from it. Each row names its database columns. A test compares the register
with the database. Every column of a table with personal data is in a row here or in NOT_PERSONAL.
Every table without personal data is in IMPERSONAL. So the page cannot omit anything.
"""

from campaign.privacy.attendees import GUESTS, READERS
from campaign.privacy.letters import WRITER_GROUPS
from campaign.privacy.organizers import WORKERS
from campaign.privacy.rows import RowGroup, rows_of
from campaign.privacy.supporters import SIGNER_GROUPS
from campaign.privacy.targets import OFFICE_HOLDERS

# The sections of the privacy page and their tables, in their order.
SECTIONS = (
    ("sign", SIGNER_GROUPS),
    ("write", WRITER_GROUPS),
    ("come", (RowGroup(GUESTS),)),
    ("hear", (RowGroup(READERS),)),
    ("decide", (RowGroup(OFFICE_HOLDERS, is_closed=True),)),
    ("organize", (RowGroup(WORKERS, is_closed=True),)),
)
REGISTER = tuple(row for _name, groups in SECTIONS for row in rows_of(groups))

# Columns, in tables with personal data, that say nothing about a person.
NOT_PERSONAL = {
    "signature": "id cause_id position_at_address",
    "repeat_signing": "id",
    "own_link_request": "id",
    "address_change": "id notice_id",
    "registration": "id",
    "event_message_receipt": "id",
    "outbox_message": "id attempts locked_until priority",
    "organizer": "id",
    "switch": "id name organisation_id messages",
    "role_grant": "id",
    "passkey": "id",
    "account_link": "id",
    "organizer_session": "id",
    "known_device": "id",
    "audit_entry": "id",
    "account_alert": "id",
    "kiosk_record": "id kiosk_id",
    "kiosk_shift": "id kiosk_id uuid",
    "subscription": "id",
    "letter": "id email_id",
    "letter_batch": "id email_id",
    "mailing_receipt": "id",
    "consent": "id",
    "subscriber_import": "id changed_at columns done error_code errors frames header seed size",
    "export": "id done error_code frames seed sha256 size total",
    "bulk_item": "bulk_id",
    "bulk_decision": "id cursor changed restored total upto_id",
    "target_profile": "id organisation_id version part_versions removed_at erased_at created_at",
    "target_email": "id profile_id",
    "answer": "id uuid petition_id version changed_at",
    "answer_document": "answer_id",
    "answer_link": "id petition_id",
    "answer_receipt": "id",
    "target_import": "id organisation_id kind state",
    "import_batch": "id accepted_at changed_at checked_at closed_at country day_first header lang mapping notice_id file_format signed_on version version_id consent_text",
}
# Tables without personal data: what organizers publish, sums, and internal state.
IMPERSONAL = set(
    """
    site organisation organisation_text organisation_image notice consent_text
    former_slug picture cause cause_text cause_tally free_number network_key
    petition petition_version petition_text petition_wording petition_tally target area_code ledger_entry aggregate rule lookup_due lookup_progress
    event event_text event_petition event_message
    campaign_update campaign_update_text campaign_update_petition campaign_update_body_picture mailing answer_telling
    delivery delivery_threshold print_run embedding share_text api_key api_post
    letter_settings
    kiosk kiosk_key kiosk_pairing_code kiosk_staff_pin kiosk_table_code
    poster stored_shape cause_shape shape_draft job lease surge_report spent_challenge search_document search_change search_text search_terms
    """.split()
)
