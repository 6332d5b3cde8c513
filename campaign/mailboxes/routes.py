"""The page behind the links in the emails about a new email address.

The reader of the new mailbox confirms or refuses the change. The reader of the old one agrees or
objects. A GET changes nothing, because mail scanners follow links.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from campaign.errors import LinkExpired
from campaign.extensions import write
from campaign.http.caching import private, public
from campaign.mailboxes import operations, tokens
from campaign.mailboxes.models import AddressChange
from campaign.mailboxes.parts import counts_of
from campaign.mailboxes.queries import OBJECTION_PERIOD, change_by_token, expected_at
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.text.email_addresses import mask

blueprint = Blueprint("mailboxes", __name__)
# What the reader of each mailbox may do, and the page that follows.
ANSWERS = {
    tokens.NEW: {"confirm": "confirmed", "refuse": "refused"},
    tokens.OLD: {"agree": "agreed", "stop": "stopped"},
}


@blueprint.get("/<lang>/address-changes/<token>")
def change(token: str) -> ResponseReturnValue:
    """Show what would move where, with the buttons for this reader.

    Before the new mailbox has confirmed, its reader may be a stranger, and sees nothing of it.
    """
    opened, purpose = _opened(token)
    return _render(token, opened, purpose)


@blueprint.post("/<lang>/address-changes/<token>/confirm")
def confirm(token: str) -> ResponseReturnValue:
    """Confirm the change for the new mailbox."""
    good_for = timedelta(days=site_settings().confirm_days)
    return _answer(token, "confirm", partial(operations.confirm_change, good_for=good_for))


@blueprint.post("/<lang>/address-changes/<token>/refuse")
def refuse(token: str) -> ResponseReturnValue:
    """End the change for the new mailbox, whose holder did not ask for it."""
    return _answer(token, "refuse", operations.refuse_change)


@blueprint.post("/<lang>/address-changes/<token>/agree")
def agree(token: str) -> ResponseReturnValue:
    """Let the change take effect now, for the old mailbox."""
    return _answer(token, "agree", operations.agree)


@blueprint.post("/<lang>/address-changes/<token>/stop")
def stop(token: str) -> ResponseReturnValue:
    """Stop the change permanently, for the old mailbox."""
    return _answer(token, "stop", operations.stop)


@blueprint.get("/<lang>/address-changes/answers/<answer>")
def answered(answer: str) -> ResponseReturnValue:
    """Say what the button did. The page is the same for everyone, without the token."""
    if not any(answer in answers.values() for answers in ANSWERS.values()):
        abort(404)
    page = render_template(
        "mailboxes/answered.html", answer=answer, objection_days=OBJECTION_PERIOD.days
    )
    return public(make_response(page), 60)


def _opened(token: str) -> tuple[AddressChange, str]:
    """Return the change that the token opens, and for whom, or abort with a page that says why."""
    return change_by_token(token) or abort(
        private(make_response(render_template("mailboxes/change.html", state="unknown"), 404))
    )


def _answer(
    token: str, answer: str, operation: Callable[..., AddressChange]
) -> ResponseReturnValue:
    opened, purpose = _opened(token)
    page = ANSWERS[purpose].get(answer)
    if page is None:
        # This button belongs to the reader of the other mailbox.
        abort(404)
    # The page behind the link says what ended the change, or that the link has expired.
    with suppress(operations.ChangeOver, LinkExpired):
        done: AddressChange = write(operation, change_id=opened.id, now=utcnow())
        if done.state in _EXPECTED[answer]:
            return redirect(url_for("mailboxes.answered", answer=page), 303)
    return redirect(url_for("mailboxes.change", token=token), 303)


_EXPECTED = {
    "confirm": ("waiting",),
    "refuse": ("refused",),
    "agree": ("waiting", "done"),
    "stop": ("stopped",),
}


def _render(token: str, opened: AddressChange, purpose: str) -> Response:
    good_for = timedelta(days=site_settings().confirm_days)
    has_expired = opened.state == "requested" and opened.created_at <= utcnow() - good_for
    state = "expired" if has_expired else opened.state
    context: dict[str, Any] = {
        "token": token,
        "state": state,
        "is_for_new": purpose == tokens.NEW,
        "old_email": mask(opened.old_email),
        "new_email": mask(opened.new_email),
        "counts": counts_of(opened.old) if state == "waiting" else {},
        "takes_effect_at": expected_at(opened, now=utcnow()),
        "is_due": opened.takes_effect_at is not None and opened.takes_effect_at <= utcnow(),
        "objection_days": OBJECTION_PERIOD.days,
    }
    status = 410 if has_expired else 200
    return private(make_response(render_template("mailboxes/change.html", **context), status))
