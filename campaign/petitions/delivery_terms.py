"""What targets receive of each signature, described in the terms used at signing."""

from collections.abc import Collection

from babel.lists import format_list
from flask_babel import gettext as _

from campaign.i18n.locales import current_locale, interface_lang, locale_of
from campaign.petitions.models import DELIVERED_DETAILS, PetitionVersion
from campaign.site.settings import site_settings


def delivered_items(names: str, details: Collection[str]) -> list[str]:
    """Return a label for each thing that targets see of a signature.

    `names` and `details` are a petition's `delivered_names` and `delivered_details`.
    """
    labels = {
        "country": _("your country"),
        "postal_code": _("your postal code"),
        "shown_comment": _("your comment (once approved, if you show your name or initials)"),
        "day": _("the day you signed"),
    }
    name_label = (
        _("your full name (even if you do not show it in public)")
        if names == "full"
        else _("your name (the way you choose to show it)")
    )
    return [name_label, *(labels[name] for name in DELIVERED_DETAILS if name in details)]


def delivered_list(names: str, details: Collection[str]) -> str:
    """Return the delivered items as one text.

    Example: “your name (the way you choose to show it) and your country”.
    """
    # The items are texts of the interface, perhaps in another language than the page.
    lang = interface_lang(current_locale().language, site_settings().languages)
    return format_list(delivered_items(names, details), locale=locale_of(lang))


def delivery_sentence(names: str, details: Collection[str]) -> str:
    """Return the sentence that supporters read at the sign button.

    It is built from what is delivered, so the two cannot differ.
    """
    return _(
        "We give %(list)s to the people this petition is addressed to. We never give them your email address.",
        list=delivered_list(names, details),
    )


def may_deliver(
    version: PetitionVersion, names: str, details: Collection[str]
) -> tuple[str, list[str]]:
    """Return the (names, details) that we may deliver of a signature made under `version`.

    They never exceed what the version promised to its signers.
    """
    allowed_names = names if version.delivered_names == "full" else "shown"
    return allowed_names, [name for name in details if name in version.delivered_details]
