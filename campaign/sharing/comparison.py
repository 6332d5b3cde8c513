"""Compare wordings honestly: rates with their uncertainty, and whether a difference is real."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from campaign.sharing.models import ShareText
from campaign.sharing.queries import Outcome, outcomes, texts_of
from campaign.sharing.significance import chance_of_difference, pairs, wilson

# Stricter than the usual 0.05, because people who check every day see many differences caused by
# chance.
CHANCE = 0.01
MIN_REFERRERS = 10


@dataclass(frozen=True)
class ComparisonRow:
    """A wording's Outcome, its success rate, and the confidence interval of that rate.

    `share` is the share of supporters given the wording who brought at least one signature. It lies
    between `low` and `high`.
    """

    outcome: Outcome
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """The wordings of one language, since all of them have been given out side by side.

    `verdict` is `alone` if there is nothing to compare, and `early` while too few supporters have
    brought signatures. It is `same` if chance alone can explain the difference. It is `better` if
    `best` does better than each of the others.
    """

    lang: str
    since: datetime
    rows: tuple[ComparisonRow, ...]
    verdict: str
    best: ComparisonRow | None = None


def comparisons(petition_id: int) -> list[Comparison]:
    """Return a Comparison for each language in which the petition has wordings."""
    return [
        _compare(lang, list(texts))
        for lang, texts in groupby(texts_of(petition_id), key=lambda text: text.lang)
    ]


def verdict_of(results: Sequence[Outcome]) -> tuple[str, Outcome | None]:
    """Return (verdict, the best Outcome or None) for wordings that were given out side by side."""
    if len(results) < 2:
        return "alone", None
    if sum(row.referrers for row in results) < MIN_REFERRERS:
        return "early", None
    best, *others = sorted(results, key=lambda row: -_share(row))
    # With more pairs, one is more likely to differ by chance, so each must be more certain
    # (Bonferroni).
    allowed = CHANCE / pairs(len(results))
    is_better = all(
        chance_of_difference(best.referrers, best.assigned, other.referrers, other.assigned)
        < allowed
        for other in others
    )
    return ("better", best) if is_better else ("same", None)


def _compare(lang: str, texts: Sequence[ShareText]) -> Comparison:
    since = max(text.created_at for text in texts)
    rows = {outcome.text.id: _row(outcome) for outcome in outcomes(texts, since)}
    verdict, best = verdict_of([row.outcome for row in rows.values()])
    return Comparison(
        lang, since, tuple(rows.values()), verdict, rows[best.text.id] if best else None
    )


def _row(outcome: Outcome) -> ComparisonRow:
    return ComparisonRow(outcome, _share(outcome), *wilson(outcome.referrers, outcome.assigned))


def _share(outcome: Outcome) -> float:
    return outcome.referrers / outcome.assigned if outcome.assigned else 0.0
