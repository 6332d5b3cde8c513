"""The page of "What you signed" on which a supporter enters a new email address."""

from typing import cast

from flask import url_for
from flask.typing import ResponseReturnValue

from campaign.mailboxes.parts import Mailbox
from campaign.mailboxes.views import request_new_address, show_new_address
from campaign.signatures.owner.routes import open_own
from campaign.signatures.routes import blueprint


@blueprint.get("/<lang>/signatures/mine/<token>/address")
def new_address(token: str) -> ResponseReturnValue:
    """Show the form for a new address."""
    return show_new_address(_mailbox(token), **_urls(token))


@blueprint.post("/<lang>/signatures/mine/<token>/address")
def change_address(token: str) -> ResponseReturnValue:
    """Email the new address, which must confirm."""
    return request_new_address(_mailbox(token), **_urls(token))


def _mailbox(token: str) -> Mailbox:
    opened = open_own(token)
    return Mailbox(cast(str, opened.email), cast(bytes, opened.email_digest))


def _urls(token: str) -> dict[str, str]:
    return {
        "action": url_for("signatures.new_address", token=token),
        "back": url_for("signatures.mine", token=token),
    }
