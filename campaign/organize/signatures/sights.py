"""Noting in the audit trail that signatures were seen."""

from collections import Counter

from campaign.organize.acts import Fact, note


def note_list(rows, by, on=None):
    """Note that a list of signatures was shown; each of their causes has its own line, which its owners read. `by` names the fields asked by."""
    causes = Counter(row.cause_id for row in rows)
    note(*(Fact("signatures.see", on=on, cause_id=cause_id, details={"by": by, "shown": many}) for cause_id, many in causes.items()))


def note_one(signature):
    """Note that a signature was shown."""
    note(Fact("signatures.see", on=("signature", signature.id), cause_id=signature.cause_id, details={"shown": 1}))
