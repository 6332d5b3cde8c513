"""The page of the news settings on which a subscriber enters a new email address."""

from typing import cast

from flask import url_for
from flask.typing import ResponseReturnValue

from campaign.mailboxes.parts import Mailbox
from campaign.mailboxes.views import request_new_address, show_new_address
from campaign.subscriptions.owner_routes import open_own
from campaign.subscriptions.routes import blueprint


@blueprint.get("/<lang>/subscriptions/<token>/address")
def new_address(token: str) -> ResponseReturnValue:
    """Show the form for a new address."""
    return show_new_address(_mailbox(token), **_urls(token))


@blueprint.post("/<lang>/subscriptions/<token>/address")
def change_address(token: str) -> ResponseReturnValue:
    """Email the new address, which must confirm."""
    return request_new_address(_mailbox(token), **_urls(token))


def _mailbox(token: str) -> Mailbox:
    opened = open_own(token)
    return Mailbox(cast(str, opened.email), cast(bytes, opened.email_digest))


def _urls(token: str) -> dict[str, str]:
    return {
        "action": url_for("subscriptions.new_address", token=token),
        "back": url_for("subscriptions.preferences", token=token),
    }
