"""What writers do with their letters on the page "What I signed"."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from campaign.actions.letters import operations
from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.queries import signature_by_token, signatures_of_address

blueprint = Blueprint("own_letters", __name__)


@blueprint.post("/<lang>/signatures/mine/<token>/letters/<int:letter_id>/stop")
def stop(token: str, letter_id: int) -> ResponseReturnValue:
    """Stop a letter that has not left yet."""
    is_stopped = write(
        operations.stop_letter,
        letter_id=letter_id,
        signature_ids=_own_ids(token),
        now=utcnow(),
    )
    late = None if is_stopped else letter_id
    return redirect(url_for("signatures.mine", token=token, late=late), 303)


@blueprint.post("/<lang>/signatures/mine/<token>/letters/<int:letter_id>/sent")
def note_sent(token: str, letter_id: int) -> ResponseReturnValue:
    """Note that the writer says that they sent a letter themselves."""
    write(
        operations.note_sent_by_hand,
        letter_id=letter_id,
        signature_ids=_own_ids(token),
        now=utcnow(),
    )
    return redirect(url_for("signatures.mine", token=token), 303)


def _own_ids(token: str) -> list[int]:
    """Return the ids of the signatures that the link opens.

    There are none if it has expired or is not ours. Then the page says so.
    """
    opened = signature_by_token(tokens.MINE, token)
    if opened is None or opened.email_digest is None:
        return []
    return [row.id for row in signatures_of_address(opened.email_digest, opened.email)]
