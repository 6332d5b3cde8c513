"""Labels for states, evidence and reasons, as organizers read them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext

from campaign.i18n.countries import country_name
from campaign.i18n.locales import current_locale
from campaign.signatures.counting.hatching import CROWDED
from campaign.signatures.models import Signature
from campaign.signatures.moderation.decisions import MERGED, REJECTED
from campaign.signatures.moderation.models import Rule

STATE_LABELS = {
    "pending": _l("waiting for confirmation"),
    "confirmed": _l("counted"),
    "counted": _l("counted"),
    "held": pgettext("state of a signature", "held for review"),
    "rejected": _l("rejected"),
    "withdrawn": _l("withdrawn"),
    "erased": _l("deleted"),
}
# The style of the tag for each state.
STATE_TAGS = {
    "pending": "waiting",
    "confirmed": "success",
    "counted": "success",
    "held": "danger",
    "rejected": "danger",
}
EVIDENCE_LABELS = {
    "email": _l("Confirmed by email"),
    "in_person": _l("At a table, in person"),
    "paper": _l("On paper"),
    "api": _l("Through the API"),
}
# Short labels that fit a table column.
EVIDENCE_BRIEF = {
    "email": _l("Email"),
    "in_person": _l("Table"),
    "paper": _l("Paper"),
    "api": _l("API"),
}
DISPLAY_LABELS = {
    "full": _l("full name"),
    "initials": _l("initials"),
    "counted": _l("name not shown"),
}
REASON_TEXTS = {
    "hidden_field": _l("A hidden field was filled in. Usually only programs do that."),
    "no_proof": _l(
        "It arrived at a busy time, without the abuse check that browsers do automatically."
    ),
    CROWDED: _l("Many signatures came from one IP address within an hour."),
    REJECTED: _l("An organizer rejected it."),
}
KIND_LABELS = {
    "network": _l("IP addresses"),
    "mail_domain": _l("Email domains"),
    "country": _l("Countries"),
    "rate": _l("Many from one IP address"),
    "words": _l("Words in the name or comment"),
}


def state_of(signature: Signature) -> str:
    """Return the state as organizers see it: a held signature that was rejected is `rejected`."""
    return "rejected" if signature.state == "held" and signature.rejected_at else signature.state


def reason_text(reason: str, rules: Mapping[int, Rule]) -> Any:
    """Return why a signature is held, as a sentence. `rules` maps ids to Rules."""
    name, _colon, number = reason.partition(":")
    if name == MERGED:
        return _("The same person has another signature, which is counted.")
    if name == "rule" and number.isdecimal() and int(number) in rules:
        rule = rules[int(number)]
        lines = [_country(line) if rule.kind == "country" else line for line in rule.lines[:5]]
        return _(
            "Rule “%(kind)s”: %(pattern)s", kind=KIND_LABELS[rule.kind], pattern=", ".join(lines)
        )
    return REASON_TEXTS.get(reason) or _("Held automatically.")


def approved_text(count: int) -> str:
    """Return the message that so many signatures were approved."""
    return ngettext(
        "%(figure)s signature approved.",
        "%(figure)s signatures approved.",
        count,
        figure=format_decimal(count),
    )


def label_context() -> dict[str, Any]:
    """Return the template context for labels on every page with signatures."""
    return {
        "state_of": state_of,
        "state_labels": STATE_LABELS,
        "state_tags": STATE_TAGS,
        "evidence_labels": EVIDENCE_LABELS,
        "evidence_brief": EVIDENCE_BRIEF,
        "display_labels": DISPLAY_LABELS,
        "reason_text": reason_text,
        "country": _country,
    }


def _country(code: str) -> str:
    return country_name(code, str(current_locale())) if code else ""
