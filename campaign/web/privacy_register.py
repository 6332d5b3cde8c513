"""What is kept of people, why, who sees it and how long: the one table that the privacy page is made of.

Each row names its columns of the database. A test holds the table against the database itself: a column of a table with people
in it stands in a row here, or among PLAIN, and a table that knows nobody among IMPERSONAL. So the page cannot leave anything out.
"""

from campaign.web.privacy_attendees import GUESTS, READERS
from campaign.web.privacy_organizers import WORKERS
from campaign.web.privacy_supporters import SIGNERS

KEPT = (*SIGNERS, *GUESTS, *READERS, *WORKERS)

# Columns of tables with people in them that tell nothing of anybody.
PLAIN = {
    "signature": "id cause_id seat",
    "repeat_signing": "id",
    "own_link_request": "id",
    "registration": "id",
    "owed_message": "id attempts locked_until priority",
    "organizer": "id",
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
    "mailing_receipt": "id",
    "export": "id attempts done fault frames holder locked_until octets seed sha256 size total work",
    "bulk_item": "bulk_id",
    "bulk_decision": "id cursor changed restored total upto_id",
    "import_batch": "id accepted_at changed_at checked_at closed_at country day_first header lang mapping read_as signed_on version_id wording",
}
# Tables without anybody in them: what organizers publish, sums, and machinery.
IMPERSONAL = set(
    """
    cause cause_text cause_former_slug cause_tally free_number network_key
    petition petition_version petition_text petition_former_slug petition_tally target ledger_entry kept_sum rule lookup_due lookup_progress
    event event_text event_petition event_picture event_old_slug
    campaign_update campaign_update_text campaign_update_petition campaign_update_picture campaign_update_body_picture campaign_update_former_slug mailing
    petition_picture handover print_run embedding share_text api_key api_post
    kiosk kiosk_key kiosk_pairing_code kiosk_staff_pin kiosk_table_code
    poster stored_shape cause_shape shape_draft lease spent_challenge search_document search_text search_words
    """.split()
)
