"""Ways in, and steps of signed-in people, that were refused, for the audit trail.

Nothing of what a stranger typed is kept, and a flood leaves few rows: `pace` says how many. They are written once the answer is
out, so that its time tells nobody whether an address has an account.
"""

from flask import after_this_request, current_app, request

from campaign.accounts import tokens
from campaign.accounts.audit import Actor, record
from campaign.accounts.rate_limits import pace
from campaign.extensions import write

ACTION = "account.refused"
ACCESS = "access.refused"


def note_refused(organizer_id, way):
    """Note that somebody was refused: at the account of this organizer, or, where it is None, at an address that nobody has.

    `way` is `password`, `code`, `passkey`, or `pace` for one who tried too often.
    """
    if not pace().notes(network=request.remote_addr, organizer_id=organizer_id):
        return
    app = current_app._get_current_object()
    who = Actor(address=tokens.shorten(request.remote_addr))
    subject = ("organizer", organizer_id) if organizer_id else None

    def write_down():
        with app.app_context():
            write(record, who, ACTION, subject=subject, details={"way": way})

    @after_this_request
    def once_it_is_out(response):
        response.call_on_close(write_down)
        return response


def note_refused_access(organizer, action, cause_id=None):
    """Note that an organizer tried what their roles do not allow, in the cause of the thing they tried it on.

    The trail can only be added to, so of many tries within an hour the first, the tenth, the hundredth and so on are noted, each
    with the count so far.
    """
    count = pace().count_refused_access(organizer_id=organizer.id, action=action)
    if count == 10 ** (len(str(count)) - 1):
        who = Actor(organizer_id=organizer.id, address=tokens.shorten(request.remote_addr))
        write(record, who, ACCESS, cause_id=cause_id, details={"action": action, "count": count})
