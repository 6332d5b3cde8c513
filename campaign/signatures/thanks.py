"""Queue the email that thanks people for their signature, once it is counted."""

from datetime import timedelta

from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_later

THANKS = "signature_thanks"
# Counting takes less than a second. The email waits longer if its signature does.
COUNTED_AFTER = timedelta(seconds=3)


def queue_thanks(*, signature_id: int, lang: str) -> None:
    """Queue the email for a signature that its supporter has confirmed for the first time.

    Call it in the transaction that confirms, and only once for a signature. The email is written
    when the signature has its number. Nobody waits for it, so it goes after requests to confirm.
    """
    enqueue_later(
        kind=THANKS, subject_id=signature_id, lang=lang, priority=BULK, delay=COUNTED_AFTER
    )
