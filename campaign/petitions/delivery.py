"""What of each signature is delivered to a petition's targets, in words and as it was told at signing."""

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _

from campaign.petitions.models import HANDED_DETAILS


def delivered_items(names, details):
    """Return what targets get to see of a signature, each thing in words; `names` and `details` are those of a petition."""
    words = {
        "country": _("your country"),
        "postal_code": _("your postal code"),
        "shown_comment": _("your comment (once approved, and beside a name that you show)"),
        "day": _("the day you signed"),
    }
    named = (
        _("your full name (even if you do not show it in public)")
        if names == "full"
        else _("your name (the way you choose to show it)")
    )
    return [named, *(words[name] for name in HANDED_DETAILS if name in details)]


def delivered_list(names, details):
    """Return the same as one text, such as “your name (the way you choose to show it) and your country”."""
    return format_list(delivered_items(names, details), locale=get_locale())


def delivery_sentence(names, details):
    """Return what supporters are told at the sign button: made of what is delivered, so that the two cannot differ."""
    return _(
        "We give these details to those the petition is addressed to: %(list)s. We never give them your email address.",
        list=delivered_list(names, details),
    )


def may_deliver(version, names, details):
    """Return (names, details) of these that may be delivered of a signature under a PetitionVersion: no more than it told."""
    told_names = names if version.handed_names == "full" else "shown"
    return told_names, [name for name in details if name in version.handed_details]
