"""A supporter's own link, and what it has brought."""

from dataclasses import dataclass

from campaign.petitions.queries import is_quiet
from campaign.process.clock import utcnow
from campaign.sharing.queries import assigned_text, count_referred
from campaign.sharing.referral_codes import code_of
from campaign.signatures.models import Signature


@dataclass(frozen=True)
class ReferralLink:
    """A supporter's link: its code, its share text, and about how many signatures it brought.

    If `text` is empty, the title is shared instead. Links of a quiet petition have no code: they
    are the same for everyone.
    """

    code: str
    text: str
    referred: int


def referral_link(signature: Signature) -> ReferralLink:
    """Return the link of a confirmed signature, with the share text given when it was confirmed."""
    counts_links = not is_quiet(signature.petition_id)
    return ReferralLink(
        code=code_of(signature.id) if counts_links else "",
        text=assigned_text(signature.id) or "",
        referred=count_referred(signature.id, now=utcnow()) if counts_links else 0,
    )
