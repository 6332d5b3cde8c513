"""Send organizers a test of an email, to their own address."""

from collections.abc import Callable
from typing import Any

from flask import flash
from flask_babel import gettext as _

from campaign.extensions import write
from campaign.organize.core.identity import actor, organizer


def send_test_email(operation: Callable[..., None], *, lang: str, **named: Any) -> None:
    """Let `operation` queue the test for the organizer who is signed in, and tell them."""
    write(operation, actor=actor(), organizer_id=organizer().id, lang=lang, **named)
    flash(_("A test email is on its way to %(address)s.", address=organizer().email), "success")
