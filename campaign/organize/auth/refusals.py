"""Record refused sign-ins and refused actions in the activity log.

Nothing that a stranger typed is kept. `pace` limits the rows, so a flood leaves only a few. They
are written after the response is sent, so that its time does not reveal whether an address has an
account.
"""

from flask import Response, after_this_request, current_app, request

from campaign.accounts import tokens
from campaign.accounts.audit import Actor, record
from campaign.accounts.models import Organizer
from campaign.accounts.rate_limits import count_refused_access, may_note_refusal
from campaign.extensions import write

ACTION = "account.refused"
ACCESS = "access.refused"


def note_refused(organizer_id: int | None, way: str) -> None:
    """Record that a sign-in was refused: for this organizer, or for an address without an account.

    `organizer_id` is None for an address without an account. `way` is `password`, `code`,
    `passkey`, or `pace` after too many tries.
    """
    if not may_note_refusal(network=request.remote_addr, organizer_id=organizer_id):
        return
    app = current_app._get_current_object()
    who = Actor(address=tokens.shorten(request.remote_addr))
    subject = ("organizer", organizer_id) if organizer_id else None

    def write_down() -> None:
        with app.app_context():
            write(record, who, ACTION, subject=subject, details={"way": way})

    @after_this_request
    def once_it_is_out(response: Response) -> Response:
        response.call_on_close(write_down)
        return response


def note_refused_access(organizer: Organizer, action: str, cause_id: int | None = None) -> None:
    """Record that an organizer tried an action that their roles do not allow in this cause.

    The activity log is append-only. Of many tries within an hour, only the 1st, 10th, 100th and so
    on are recorded, each with the count so far.
    """
    count = count_refused_access(organizer_id=organizer.id, action=action)
    if count == 10 ** (len(str(count)) - 1):
        who = Actor(organizer_id=organizer.id, address=tokens.shorten(request.remote_addr))
        write(record, who, ACCESS, cause_id=cause_id, details={"action": action, "count": count})
