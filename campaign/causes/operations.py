"""What changes a cause."""

from campaign.causes.models import Cause, CauseTally, CauseText
from campaign.extensions import db


def create_cause(*, slug, texts, palette="monarch", shape="monarch", state="published"):
    """Create a cause with its tally at nought; `texts` maps a language to the columns of `CauseText`."""
    cause = Cause(
        slug=slug,
        palette=palette,
        shape=shape,
        state=state,
        texts=[CauseText(lang=lang, **words) for lang, words in texts.items()],
    )
    db.session.add(cause)
    db.session.flush()
    db.session.add(CauseTally(cause_id=cause.id, count=0, last_number=0))
    return cause
