"""What supporters get when they download everything that belongs to their signatures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from flask import g

from campaign.mailboxes.parts import Mailbox
from campaign.mailboxes.queries import waiting_change
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_by_id
from campaign.petitions.questions import in_language
from campaign.signatures.models import Signature
from campaign.signatures.moderation.decisions import CORRECTED, correction_of
from campaign.signatures.owner.agreements import agreed_to
from campaign.signatures.pending_forms import copies_of_forms
from campaign.signatures.queries import signatures_of_address
from campaign.text.email_addresses import mask

DOWNLOADED = (
    *CORRECTED,
    "name_display_requested",
    "email",
    "state",
    "number",
    "evidence",
    "subscribe",
    "tell_answer",
    "lang",
    "source",
)
INSTANTS = ("created_at", "confirmed_at", "hatched_at", "withdrawn_at")


def own_data(opened: Signature) -> dict[str, Any]:
    """Return what we know about the signatures of the address that `opened` has, ready for JSON."""
    mailbox = Mailbox.of(opened)
    rows = signatures_of_address(email_digest=mailbox.digest, email=mailbox.email)
    return {
        "signatures": [_downloaded_row(row) for row in rows],
        "new_address": _downloaded_change(mailbox),
    }


def _downloaded_row(row: Signature) -> dict[str, Any]:
    petition = cast(Petition, petition_by_id(row.petition_id))
    of_kind = kind_of(petition.action_kind).downloaded_part
    return {
        "petition": petition.slug,
        **{name: getattr(row, name) for name in DOWNLOADED},
        "answers": _answers(row.answers, petition),
        **(of_kind(row) if of_kind else {}),
        **agreed_to(row),
        "unconfirmed_forms": copies_of_forms(row),
        "correction_in_review": correction.changes
        if (correction := correction_of(row.id))
        else None,
        # The link's id is left out, because it belongs to the other supporter.
        "came_by_a_link": row.referrer_id is not None,
        **{name: _written(getattr(row, name)) for name in INSTANTS},
    }


def _answers(answers: Mapping[str, Any], petition: Petition) -> list[dict[str, Any]]:
    """Return the answers to the petition's own questions.

    Each has its question's label, if that is still asked.
    """
    labels = {
        question["name"]: in_language(question, g.lang)["label"] for question in petition.questions
    }
    return [
        {"name": name, "question": labels.get(name, ""), "answer": answer}
        for name, answer in answers.items()
    ]


def _downloaded_change(mailbox: Mailbox) -> dict[str, Any] | None:
    """Return the change of address that is waiting, or None.

    The new address is masked, as on the page: if someone else asked for the change, it is theirs.
    """
    change = waiting_change(mailbox)
    if change is None:
        return None
    return {
        "email": mask(change.new_email),
        "requested_at": _written(change.created_at),
        "confirmed_at": _written(change.confirmed_at),
        "takes_effect_at": _written(change.takes_effect_at),
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
