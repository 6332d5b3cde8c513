"""Record in the activity log that signatures were viewed."""

from collections import Counter
from collections.abc import Iterable

from campaign.organize.audited_write import Fact, note
from campaign.signatures.models import Signature


def note_list(rows: Iterable[Signature], by: list[str], on: tuple[str, int] | None = None) -> None:
    """Record that a list of signatures was shown.

    Each cause gets its own entry, which its owners can read. `by` names the search fields that were
    used.
    """
    causes = Counter(row.cause_id for row in rows)
    note(
        *(
            Fact("signatures.see", on=on, cause_id=cause_id, details={"by": by, "shown": many})
            for cause_id, many in causes.items()
        )
    )


def note_each(signatures: Iterable[Signature]) -> None:
    """Record for each signature that it was shown, so that a search of the log finds it."""
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
