"""A supporter's own link, and what it has brought."""

from dataclasses import dataclass

from campaign.extensions import write
from campaign.petitions.queries import is_quiet
from campaign.process.clock import utcnow
from campaign.sharing.operations import deal
from campaign.sharing.queries import brought_about, texts_of, was_dealt, words_dealt
from campaign.sharing.referral_codes import code_of
from campaign.signatures.models import Signature


@dataclass(frozen=True)
class Link:
    """A supporter's link: its code, its share text, and about how many signatures it brought.

    If `words` is empty, the title is shared instead. Links of a quiet petition have no code: they
    are the same for everyone.
    """

    code: str
    words: str
    brought: int


def link_of(signature: Signature, lang: str, *, handing: bool = True) -> Link:
    """Return the Link of a confirmed signature.

    If `handing`, its supporter is given a share text in `lang`, if the petition has any.
    """
    signature_id, petition_id = signature.id, signature.petition_id
    if (
        handing
        and any(text.lang == lang for text in texts_of(petition_id))
        and not was_dealt(signature_id)
    ):
        write(deal, signature_id=signature_id, petition_id=petition_id, lang=lang, now=utcnow())
    counts_links = not is_quiet(petition_id)
    return Link(
        code=code_of(signature_id) if counts_links else "",
        words=words_dealt(signature_id) or "",
        brought=brought_about(signature_id, now=utcnow()) if counts_links else 0,
    )
