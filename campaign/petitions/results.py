"""The result of a petition, which organizers set: won, partly won, or ended without an answer."""

from datetime import date

from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow

PART = "result"


def change_result(
    *, petition_id: int, version: int | None, result: str, result_on: date | None
) -> Petition:
    """Set the result, one of RESULTS or "", and its day, and return the petition.

    `version` is that of the part `result` that the form showed, None without a form. Raise
    EditConflict.
    """
    petition = load_for_update(Petition, petition_id)
    check_part(petition, PART, version)
    day = result_on if result else None
    if (petition.result, petition.result_on) != (result, day):
        petition.result, petition.result_on = result, day
        petition.result_changed_at = utcnow() if result else None
    db.session.flush()
    return petition
