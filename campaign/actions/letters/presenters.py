"""Letters as the page "What I signed" shows them, and as a copy of one's data has them."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from campaign.actions.letters.models import Letter
from campaign.actions.letters.operations import NOT_LEFT
from campaign.actions.letters.queries import letters_of
from campaign.actions.letters.text.composition import ComposeLinks, compose_by_hand
from campaign.signatures.models import Signature

# Why a letter was not delivered, as its writer reads it.
REASON_TEXTS = {
    "no_address": _l("We have no working email address for them."),
    "removed": _l("This action is no longer addressed to them."),
    "own_address": _l("Their email address is the same as yours, so we sent nothing."),
    "bounced": _l("Their mail server did not accept it."),
    "unreachable": _l("Their mail server did not accept it for two days."),
    "refused": _l("They asked us to stop sending letters."),
    "closed": _l("The action ended before you confirmed your letter."),
    "withdrawn": _l("You stopped this letter before we sent it."),
}
MOVED = _l("The action moved to another site before we sent your letter.")
DOWNLOADED = (
    "target_name",
    "subject",
    "body",
    "lang",
    "state",
    "reason",
    "personal_percent",
    "shares_address",
    "address",
)
INSTANTS = ("created_at", "sent_at", "bounced_at", "stopped_at", "erased_at")


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """One letter as its writer sees it.

    `reason` says why it was not delivered, if so. `by_hand` are the links to send it oneself: where
    that is how the action delivers, and where we could not. `can_stop` while it has not left.
    """

    row: Letter
    status: str
    reason: str
    can_stop: bool
    by_hand: ComposeLinks | None


def reason_text(letter: Letter) -> str:
    """Return why a letter was not delivered."""
    return str(REASON_TEXTS.get(letter.reason, MOVED))


def own_letter(letter: Letter, signature: Signature) -> OwnLetter:
    """Return the OwnLetter of a letter."""
    status = _status(letter, signature)
    has_text = bool(letter.body)
    undelivered = status in ("bounced", "stopped") and letter.reason != "own_address"
    is_by_hand = letter.delivery_method == "self" and status == "done"
    # An address that came back, or whose owner wants none of our letters, is no use to a writer.
    address = letter.address if is_by_hand else ""
    return OwnLetter(
        row=letter,
        status=status,
        reason=reason_text(letter) if undelivered or letter.reason else "",
        can_stop=status == "waiting" and letter.state in NOT_LEFT,
        by_hand=compose_by_hand(address=address, subject=letter.subject, body=letter.body)
        if has_text and (undelivered or is_by_hand)
        else None,
    )


def own_part(signature: Signature, token: str) -> Markup:
    """Return what the page "What I signed" shows of the letters of a response."""
    letters = [own_letter(letter, signature) for letter in letters_of([signature.id])]
    late = request.args.get("late", type=int)
    return Markup(render_template("letters/own.html", letters=letters, token=token, late=late))


def downloaded_part(signature: Signature) -> dict[str, Any]:
    """Return the letters of a response for the copy of one's data, as JSON can hold them."""
    return {
        "kind_data": signature.kind_data,
        "letters": [
            {
                **{name: getattr(letter, name) for name in DOWNLOADED},
                "way": letter.delivery_method,
                **{
                    name: at.isoformat() if (at := getattr(letter, name)) else None
                    for name in INSTANTS
                },
            }
            for letter in letters_of([signature.id])
        ],
    }


def _status(letter: Letter, signature: Signature) -> str:
    """Return the state of a letter, as its writer sees it.

    What waits does not leave while the response is not counted: `paused`. A letter in the hands of
    the mail server still waits.
    """
    if letter.state in NOT_LEFT:
        return "waiting" if signature.state == "counted" else "paused"
    return letter.state
