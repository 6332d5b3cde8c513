"""JSON error bodies for programs whose signing was rejected."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.form import BaseForm

from campaign.petitions.models import Petition

REASONS = {
    404: ("unknown", _l("There is no petition at this address.")),
    409: ("not_yet_open", _l("This petition is not open for signatures yet.")),
    410: ("closed", _l("This petition is closed. It is no longer collecting signatures.")),
    503: ("busy", _l("We could not save your signature. Try again in a few seconds.")),
}


def refusal(
    status: int, form: BaseForm | None = None, petition: Petition | None = None
) -> dict[str, Any]:
    """Return the body of the JSON answer with this HTTP status.

    It holds the form's errors by field, or a code and a sentence. A `petition` adds when it opens
    or closes, where that is set.
    """
    if status not in REASONS:
        return {
            "errors": {
                name: [str(fault) for fault in faults] for name, faults in form.errors.items()
            }
        }
    word, sentence = REASONS[status]
    return {
        "status": word,
        "message": str(sentence),
        **(_moment(status, petition) if petition else {}),
    }


def _moment(status, petition):
    name, moment = (
        ("opens_at", petition.opens_at) if status == 409 else ("closes_at", petition.ends_at)
    )
    return {name: moment.isoformat(timespec="seconds")} if moment else {}
