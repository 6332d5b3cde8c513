"""Noting in the audit trail that signatures were seen."""

from collections import Counter

from campaign.organize.audited_write import Fact, note


def note_list(rows, by, on=None):
    """Note that a list of signatures was shown; each of their causes has its own line, which its owners read. `by` names the fields asked by."""
    causes = Counter(row.cause_id for row in rows)
    note(
        *(
            Fact("signatures.see", on=on, cause_id=cause_id, details={"by": by, "shown": many})
            for cause_id, many in causes.items()
        )
    )


def note_each(signatures):
    """Note of each of some signatures that it was shown by itself: whoever looks for it in the trail finds that."""
    note(
        *(
            Fact(
                "signatures.see",
                on=("signature", each.id),
                cause_id=each.cause_id,
                details={"shown": 1},
            )
            for each in signatures
        )
    )
